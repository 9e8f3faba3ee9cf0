"""A Python client, measured: `python.py bosa|gl URL quiet|logging`. Each line is a number of calls; the reply is the CPU time of one in microseconds."""

import logging
import os
import sys
import time

client, url, log = sys.argv[1:]
replies = os.fdopen(os.dup(1), "w", buffering=1)
# what the client prints is not a reply
os.dup2(2, 1)
if log == "quiet":
    logging.disable(logging.CRITICAL)
if client == "bosa":
    from bosa_connectors import BosaConnector as Connector
else:
    from gl_connectors_sdk import GLConnectors as Connector

connector = Connector(api_base_url=url, api_key="key")
value = {"id": 7, "note": "n" * 200, "list": [1, 2, 3], "nested": {"a": True, "b": None}}

for line in sys.stdin:
    calls = int(line)
    before = time.process_time()
    for _ in range(calls):
        body, status = connector.execute("crm", "fetch_deal", input_=value)
        if status != 200 or body["data"]["id"] != 7:
            sys.exit(f"the server replied with {status}")
    replies.write(f"{(time.process_time() - before) / calls * 1e6}\n")

"""The parts of a journey: counted steps, a guard on the network, and access to the log of the platform."""

import contextlib
import importlib.metadata
import ipaddress
import json
import logging
import os
import pathlib
import sys
import traceback
import urllib.error
import urllib.request

URL = os.environ["INTEROP_URL"]
CONTROL = os.environ["INTEROP_CONTROL"]
WORLD = json.loads((pathlib.Path(__file__).parent / "world.json").read_text(encoding="utf-8"))["bosa"]
API_KEY = WORLD["clients"][0]["apiKey"]

# a journey prints its own results only, not the log of the clients
logging.disable(logging.CRITICAL)


def connector(name):
    """A connector of the world."""
    return next(one for one in WORLD["connectors"] if one["name"] == name)


def action(connector_name, name):
    """An action of the world."""
    return next(one for one in connector(connector_name)["actions"] if one["name"] == name)


# -- the guard: an audit hook sees every connection of the process and cannot be removed

refused = []


def _is_loopback(host):
    if host in ("localhost", None):
        return True
    try:
        return ipaddress.ip_address(str(host).split("%")[0]).is_loopback
    except ValueError:
        return False


def _refuse(what):
    refused.append(what)
    raise PermissionError(f"the journey may not leave this machine: {what}")


def _guard(event, args):
    if event in ("socket.getaddrinfo", "socket.gethostbyname"):
        host = args[0].decode() if isinstance(args[0], bytes) else args[0]
        if not _is_loopback(host):
            _refuse(f"name {host}")
    elif event in ("socket.connect", "socket.sendto", "socket.sendmsg"):
        address = args[1]
        if isinstance(address, tuple) and not _is_loopback(address[0]):
            _refuse(f"address {address[0]}")


sys.addaudithook(_guard)

# -- the state of the platform


def _control(method, path, body=None):
    data = None if body is None else json.dumps(body).encode()
    request = urllib.request.Request(CONTROL + path, data=data, method=method)
    with urllib.request.build_opener(urllib.request.ProxyHandler({})).open(request, timeout=10) as response:
        return json.load(response)


def users():
    """Every user of the platform, by identifier."""
    return {user["identifier"]: user for user in _control("GET", "/users")}


def revoke(token):
    """Revokes a user token."""
    _control("POST", "/revoke", {"token": token})


class Traffic:
    """The requests and executions at the platform during a block; filled when the block ends."""

    requests = ()
    executions = ()

    @property
    def lines(self):
        """Each request as `METHOD path`."""
        return [f"{request['method']} {request['path']}" for request in self.requests]

    @property
    def statuses(self):
        return [request["status"] for request in self.requests]

    @property
    def bodies(self):
        return [request.get("body") for request in self.requests]

    @property
    def headers(self):
        return [request["headers"] for request in self.requests]


@contextlib.contextmanager
def watch():
    """Records the requests and executions from here to the end of the block."""
    requests, executions = len(_control("GET", "/requests")), len(_control("GET", "/executions"))
    traffic = Traffic()
    yield traffic
    traffic.requests = _control("GET", "/requests")[requests:]
    traffic.executions = _control("GET", "/executions")[executions:]


class _NoRedirect(urllib.request.HTTPRedirectHandler):
    def redirect_request(self, *_):
        return None


def open_page(url):
    """Opens a page like a browser, without following a redirect: (status, location)."""
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}), _NoRedirect)
    try:
        with opener.open(url, timeout=10) as response:
            return response.status, response.headers.get("location")
    except urllib.error.HTTPError as response:
        return response.code, response.headers.get("location")


# -- the checks of a step


class Failed(Exception):
    """A check of a step failed."""


def equal(actual, expected, what="it"):
    """Both are equal and of the same type: 1 is not True and not 1.0."""
    if json.dumps(_typed(actual), sort_keys=True) != json.dumps(_typed(expected), sort_keys=True):
        raise Failed(f"{what} is {actual!r}, expected {expected!r}")


def _typed(value):
    if isinstance(value, dict):
        return {str(key): _typed(item) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [_typed(item) for item in value]
    if value is None or isinstance(value, (bool, int, str)):
        return value
    return [type(value).__name__, repr(value)]


def holds(condition, what):
    """The condition is true."""
    if not condition:
        raise Failed(what)


def raises(kind, work):
    """The error that the work raises; it must be of this kind."""
    try:
        value = work()
    except kind as error:
        return error
    raise Failed(f"gave {value!r}, expected {kind.__name__}")


class Journey:
    """Steps in order; each failed step is reported, and the others still run."""

    def __init__(self, distribution):
        self.name = f"{distribution} {importlib.metadata.version(distribution)}"
        self._steps = []

    def step(self, name):
        """Adds a step."""

        def add(work):
            self._steps.append((name, work))
            return work

        return add

    def run(self):
        """Runs the steps and gives the exit code: 0 when all passed."""
        failed = 0
        for name, work in self._steps:
            try:
                work()
                print(f"ok {name}", flush=True)
            except Exception as error:
                failed += 1
                text = " ".join(str(error).split()) if isinstance(error, Failed) else _where(error)
                print(f"FAIL {name}: {text}", flush=True)
        print(f"{self.name}: {len(self._steps)} steps, {failed} failed", flush=True)
        return 1 if failed or not self._steps else 0


def _where(error):
    folder = pathlib.Path(__file__).parent
    frames = traceback.extract_tb(error.__traceback__)
    own = [frame for frame in frames if pathlib.Path(frame.filename).parent == folder]
    line = f" at {pathlib.Path(own[-1].filename).name}:{own[-1].lineno}" if own else ""
    return f"{type(error).__name__}{line}: {' '.join(str(error).split())[:500]}"

"""The steps of both clients: what a user does from the first call to the removal."""

import base64
import datetime
import hashlib
import types

from journey import API_KEY, URL, WORLD, action, connector, equal, holds, raises, refused, revoke, users, open_page, watch

ANN = "ann@example.com"
CALLBACK = "http://127.0.0.1:9/linked?from=interop"
ITEM = action("demo", "get_item")["value"]
ITEMS = action("demo", "list_items")["pages"]["items"]
EVENTS = action("demo", "list_events")["pages"]["items"]
PULLS = action("github", "list_pull_requests")["pages"]["items"]
PICTURE = base64.b64decode(action("demo", "pixel")["file"]["base64"])

#: The values that a journey keeps from step to step.
state = types.SimpleNamespace(client=None, secret=None, token=None)


def sha256(data):
    return hashlib.sha256(data).hexdigest()


def code_of(body):
    """The code in an error response of the platform."""
    return body["error"]["code"]


def flat(pages):
    return [item for page in pages for item in page]


def discovery(journey, sdk):
    @journey.step("making a client sends nothing")
    def _():
        with watch() as traffic:
            state.client = sdk.new(API_KEY)
        equal(traffic.lines, [], "what was sent")

    @journey.step("discovery: the names of the connectors, without credentials")
    def _():
        with watch() as traffic:
            names = list(state.client.get_available_modules())
        equal(sorted(names), sorted(one["name"] for one in WORLD["connectors"]), "the names")
        equal(traffic.lines, [f"GET {sdk.names_path}"], "what was sent")
        holds("x-api-key" not in traffic.headers[0], "the key was sent to discovery")

    @journey.step("discovery: an unknown connector is an error")
    def _():
        with watch() as traffic:
            error = raises(Exception, lambda: state.client.get_connector("nowhere"))
        equal(type(error).__name__, sdk.unknown_connector, "the kind of the error")
        holds("nowhere" in str(error), f"the error does not name the connector: {error}")
        equal(traffic.statuses, [404], "the answers")

    @journey.step("discovery: the actions with their paths and docstrings, fetched once")
    def _():
        with watch() as traffic:
            actions = state.client.get_connector("demo").get_actions()
            again = state.client.get_connector("demo").get_actions()
        expected = [(one["name"], f"/demo/{one['name']}", one["docstring"]) for one in connector("demo")["actions"]]
        equal(actions, expected, "the actions")
        equal(again, expected, "the actions the second time")
        equal(traffic.lines, ["GET /connectors/"], "what was sent")
        equal(traffic.requests[0]["query"], [["modules", "demo"]], "the query")

    @journey.step("discovery: a refreshed connector is fetched again")
    def _():
        with watch() as traffic:
            state.client.refresh_connector("demo")
            state.client.get_connector("demo")
        equal(traffic.lines, ["GET /connectors/"], "what was sent")

    @journey.step("discovery: the parameters of an action, their types and which are required")
    def _():
        demo = state.client.get_connector("demo")
        for name, expected in (("types", sdk.types), ("attach", sdk.file_types), ("pixel", [])):
            actual = [(one["name"], one["type"], one["required"]) for one in demo.get_action_parameters(name)]
            equal(actual, expected, f"the parameters of {name}")


def signing_up(journey, sdk):
    @journey.step("users: create")
    def _():
        with watch() as traffic:
            user = sdk.create_user(state.client, ANN)
        equal(traffic.lines, [f"POST {sdk.users_path}"], "what was sent")
        equal((user.identifier, user.is_active), (ANN, True), "the user")
        holds(user.secret.startswith("sk-user-"), "the secret has not the expected form")
        holds(len(user.secret_preview) < len(user.secret), "the preview is the secret")
        equal(str(user.id), users()[ANN]["id"], "the id")
        state.secret = user.secret

    @journey.step("users: the same name again is refused")
    def _():
        with watch() as traffic:
            raises(ValueError, lambda: sdk.create_user(state.client, ANN))
        equal(traffic.statuses, [409], "the answers")

    @journey.step("users: a wrong secret is refused")
    def _():
        with watch() as traffic:
            raises(ValueError, lambda: sdk.authenticate(state.client, ANN, "sk-user-wrong"))
        equal((traffic.lines, traffic.statuses), ([f"POST {sdk.tokens_path}"], [401]), "what was sent and answered")
        equal(users()[ANN]["liveTokens"], 0, "the number of tokens")

    @journey.step("users: authenticate")
    def _():
        token = sdk.authenticate(state.client, ANN, state.secret)
        equal((token.token_type, token.is_revoked, token.user_id), ("Bearer", False, users()[ANN]["id"]), "the token")
        expires = datetime.datetime.fromisoformat(token.expires_at.replace("Z", "+00:00"))
        holds(expires > datetime.datetime.now(datetime.timezone.utc), f"the token has expired: {token.expires_at}")
        equal(users()[ANN]["liveTokens"], 1, "the number of tokens")
        state.token = token.token

    @journey.step("users: who am I")
    def _():
        with watch() as traffic:
            user = state.client.get_user_info(state.token)
        equal(traffic.lines, [f"GET {sdk.me_path}"], "what was sent")
        equal((str(user.id), user.identifier), (users()[ANN]["id"], ANN), "the user")
        equal(len(user.integrations), 0, "the number of integrations")


def linking(journey, sdk):
    @journey.step("integration: none yet")
    def _():
        equal(state.client.user_has_integration("github", state.token), False)

    @journey.step("integration: without one the action is refused and not executed")
    def _():
        with watch() as traffic:
            body, status = state.client.execute(
                "github", "list_pull_requests", input_={"owner": "o", "repo": "r"}, token=state.token
            )
        equal((status, code_of(body)), (403, "INTEGRATION_REQUIRED"), "the answer")
        equal(len(traffic.executions), 0, "the number of executions")

    @journey.step("integration: initiate, open the page, return to the callback")
    def _():
        with watch() as traffic:
            url = state.client.initiate_connector_auth("github", state.token, CALLBACK)
        equal(traffic.lines, ["POST /connectors/github/integrations"], "what was sent")
        equal(traffic.bodies, [sdk.initiate_body(CALLBACK)], "the body")
        holds(url.startswith(f"{URL}/"), f"the page is elsewhere: {url}")
        status, location = open_page(url)
        equal(status, 302, "the page's status")
        holds(location.startswith(f"{CALLBACK}&state="), f"it leads elsewhere: {location}")
        equal(open_page(url)[0], 400, "the page's status the second time")

    @journey.step("integration: now there is one")
    def _():
        equal(state.client.user_has_integration("github", state.token), True)
        listed = [(one.connector, one.user_identifier) for one in state.client.get_user_info(state.token).integrations]
        equal(listed, [("github", ANN)], "the user's integrations")

    @journey.step("integration: the action works with it, in the name of its user")
    def _():
        with watch() as traffic:
            body, status = state.client.execute(
                "github", "list_pull_requests", input_={"owner": "o", "repo": "r"}, token=state.token
            )
        equal((status, body["data"]), (200, PULLS[:2]), "the answer")
        equal([(one["user"], one["account"]) for one in traffic.executions], [(ANN, ANN)], "who it was executed for")


def calling(journey, sdk):
    @journey.step("execute: the body and the status")
    def _():
        with watch() as traffic:
            body, status = state.client.execute("demo", "get_item", input_={"id": 7})
        equal((body, status), ({"data": ITEM, "meta": {"source": "interop"}}, 200), "the answer")
        equal((traffic.lines, traffic.bodies), (["POST /demo/get_item"], [{"id": 7}]), "what was sent")
        equal([one["input"] for one in traffic.executions], [{"id": 7}], "what was executed")

    @journey.step("execute: parameters as keyword arguments; what is unknown or empty is not sent")
    def _():
        with watch() as traffic:
            state.client.execute("demo", "echo", text=" trimmed ", n="12", unknown=1, payload=None)
        equal(traffic.bodies, [{"text": "trimmed", "n": 12}], "the body")

    @journey.step("execute: what is sent comes back as it was")
    def _():
        given = {
            "text": "Žluťoučký kůň 🐎 \"quoted\" \\ \n line",
            "n": -(2**40),
            "payload": {"deep": [{"a": None, "b": [1.5, True, ""]}], "ключ": "значение"},
            "list": ["", " kept "],
        }
        body, status = state.client.execute("demo", "echo", input_=given)
        equal((body["data"], status), (given, 200), "the answer")

    @journey.step("execute: every type of the schema")
    def _():
        given = {"s": "x", "i": 3, "f": 0.5, "b": False, "arr": ["a"], "o": {"x": "y"}, "d": {"k": 1}, "u": "5"}
        body, status = state.client.execute("demo", "types", input_=given)
        equal((body["data"], status), (given, 200), "the answer")

    @journey.step("execute: wrong parameters are refused here and nothing is sent")
    def _():
        with watch() as traffic:
            raises(ValueError, lambda: state.client.execute("demo", "get_item", input_={}))
            raises(ValueError, lambda: state.client.execute("demo", "get_item", input_={"id": "seven"}))
            raises(ValueError, lambda: state.client.execute("demo", "no_such_action", input_={}))
        equal(traffic.lines, [], "what was sent")

    @journey.step("execute: an error is an answer with its status")
    def _():
        with watch() as traffic:
            body, status = state.client.execute("demo", "missing")
        failure = action("demo", "missing")["error"]
        equal((status, code_of(body)), (404, failure["code"]), "the answer")
        actual = (body["error"]["message"], body["error"]["details"])
        equal(actual, (failure["message"], failure["details"]), "the error")
        equal((len(traffic.requests), len(traffic.executions)), (1, 0), "the number of requests and executions")

    @journey.step("run: data, meta and status of one thing, which has no pages")
    def _():
        response = state.client.run("demo", "get_item", input_={"id": 7})
        equal((response.get_data(), response.get_meta(), response.get_status()), (ITEM, {"source": "interop"}, 200))
        equal((response.is_list(), response.has_next(), response.has_prev()), (False, False, False), "its pages")
        with watch() as traffic:
            holds(response.next_page() is response and response.prev_page() is response, "there is another page")
            equal(response.get_all_items(), [{"data": ITEM, "meta": {"source": "interop"}}], "all items")
        equal(traffic.lines, [], "what was sent")

    @journey.step("fluent: parameters, headers, token, attempts and timeout, executed and run")
    def _():
        def built():
            return (
                state.client.connect("demo")
                .action("get_item")
                .params({"id": 7})
                .headers({"X-Interop": "yes"})
                .token(state.token)
                .max_attempts(1)
                .timeout(10)
            )

        with watch() as traffic:
            body, status = built().execute()
            response = built().run()
        equal((body["data"], status, response.get_data()), (ITEM, 200, ITEM), "the answers")
        equal([headers["x-interop"] for headers in traffic.headers], ["yes", "yes"], "the header")
        equal([one["user"] for one in traffic.executions], [ANN, ANN], "who it was executed for")

    @journey.step("a wrong API key, and no good token, are refused")
    def _():
        with watch() as traffic:
            body, status = sdk.new("not-a-key").execute("demo", "get_item", input_={"id": 7})
            equal((status, code_of(body)), (401, "API_KEY_INVALID"), "the answer to the key")
            body, status = state.client.execute("demo", "get_item", input_={"id": 7}, token="not-a-token")
            equal((status, code_of(body)), (401, "TOKEN_INVALID"), "the answer to the token")
        equal(len(traffic.executions), 0, "the number of executions")

    @journey.step("response_fields: only the requested fields, of an object and of each item of a list")
    def _():
        requested = {"id": 7, "response_fields": ["id", "owner.login"]}
        body, status = state.client.execute("demo", "get_item", input_=requested)
        equal((body["data"], status), ({"id": 7, "owner": {"login": "ann"}}, 200), "the one")
        listed = state.client.run("demo", "list_items", input_={"response_fields": ["owner.login"]}).get_data()
        equal(listed, [{"owner": {"login": item["owner"]["login"]}} for item in ITEMS[:3]], "the list")


def pages(journey, sdk):
    def walk(response, step):
        """The data of each page from this one on; ends by itself after ten."""
        found = [response]
        while getattr(response, f"has_{step}")() and len(found) < 10:
            response = getattr(response, f"{step}_page")()
            found.append(response)
        return found

    def both_ways(app, params, expected, key, marks):
        with watch() as traffic:
            forth = walk(state.client.run(app[0], app[1], input_=params, token=state.token), "next")
        equal([page.get_data() for page in forth], expected, "the pages onwards")
        equal([body.get(key) is not None for body in traffic.bodies], [False] + [True] * (len(expected) - 1), "the bodies")
        with watch() as traffic:
            back = walk(forth[-1], "prev")
        equal([page.get_data() for page in back], list(reversed(expected)), "the pages back")
        marks(traffic)
        holds(forth[0].next_page().get_data() == expected[1], "the first response has lost its next page")

    @journey.step("pages by number, forward and back")
    def _():
        def marks(traffic):
            equal(traffic.bodies, [{"page": 2}, {"page": 1}], "the requests for the previous pages")

        both_ways(("demo", "list_items"), {}, [ITEMS[:3], ITEMS[3:6], ITEMS[6:]], "page", marks)

    @journey.step("pages by cursor, forward and back, with a size of the caller's")
    def _():
        def marks(traffic):
            requested = [sorted(body) for body in traffic.bodies]
            equal(requested, [["cursor", "limit"]] * 3, "the requests for the previous pages")

        expected = [EVENTS[:2], EVENTS[2:4], EVENTS[4:6], EVENTS[6:]]
        both_ways(("demo", "list_events"), {"limit": 2}, expected, "cursor", marks)

    @journey.step("pages keep token and parameters")
    def _():
        with watch() as traffic:
            requested = {"owner": "o", "repo": "r"}
            pull_pages = walk(state.client.run("github", "list_pull_requests", input_=requested, token=state.token), "next")
        equal(flat(page.get_data() for page in pull_pages), PULLS, "the pull requests")
        equal([one["user"] for one in traffic.executions], [ANN] * 3, "who it was executed for")
        equal(traffic.bodies, [requested, {**requested, "page": 2}, {**requested, "page": 3}], "the bodies")

    @journey.step("all items: each page once, and the one at hand not again")
    def _():
        for name, expected in (("list_items", ITEMS), ("list_events", EVENTS)):
            response = state.client.run("demo", name, input_={})
            with watch() as traffic:
                found = response.get_all_items()
            equal(flat(page["data"] for page in found), expected, f"all of {name}")
            equal([page["meta"]["total"] for page in found], [7, 7, 7], f"the totals of {name}")
            equal(len(traffic.requests), 2, f"the number of requests for {name}")


def retries(journey, sdk):
    @journey.step("retry: only on request")
    def _():
        with watch() as traffic:
            body, status = state.client.execute("demo", "busy_alone")
        equal((status, code_of(body)), (429, "RATE_LIMITED"), "the answer")
        equal((traffic.statuses, len(traffic.executions)), ([429], 0), "answers and executions")

    @journey.step("retry: a 429 is tried again and executed once")
    def _():
        with watch() as traffic:
            body, status = state.client.execute("demo", "busy", max_attempts=3)
        equal((body["data"], status), ({"done": True}, 200), "the answer")
        equal((traffic.statuses, len(traffic.executions)), ([429, 200], 1), "answers and executions")

    @journey.step("retry: the last answer is given when the attempts are used up")
    def _():
        with watch() as traffic:
            body, status = state.client.execute("demo", "down", max_attempts=2)
        equal((status, code_of(body)), (503, "UPSTREAM_DOWN"), "the answer")
        equal((traffic.statuses, len(traffic.executions)), ([503, 503], 0), "answers and executions")

    @journey.step("retry: an upload is sent whole again")
    def _():
        file = sdk.File(file=b"once more", filename="again.txt", content_type="text/plain")
        with watch() as traffic:
            body, status = state.client.execute("demo", "busy_upload", input_={"file": file}, max_attempts=2)
        equal((status, [one["sha256"] for one in body["data"]["files"]]), (200, [sha256(b"once more")]), "the answer")
        equal((traffic.statuses, len(traffic.executions)), ([429, 200], 1), "answers and executions")


def files(journey, sdk):
    @journey.step("upload: a file together with other parameters")
    def _():
        data = "region,amount\nnorð,10\n".encode()
        file = sdk.File(file=data, filename="výkaz \"1\".csv", content_type="text/csv")
        given = {"file": file, "name": "N ø", "n": 5, "flag": True, "tags": ["a", "b"]}
        with watch() as traffic:
            body, status = state.client.execute("demo", "upload", input_=given, token=state.token)
        equal((status, body["data"]["content_type"]), (200, "multipart/form-data"), "the answer")
        expected = {"name": "file", "filename": "výkaz \"1\".csv", "content_type": "text/csv"}
        equal(body["data"]["files"], [{**expected, "size": len(data), "sha256": sha256(data)}], "the file")
        equal(body["data"]["fields"], {"name": "N ø", "n": "5", "flag": sdk.true, "tags": ["a", "b"]}, "the fields")
        equal([one["user"] for one in traffic.executions], [ANN], "who it was executed for")

    @journey.step("upload: several files under one name, in order")
    def _():
        parts = [b"one", b"two\r\n--not-a-boundary\r\n", b""]
        given = [sdk.File(file=data, filename=f"{at}.txt", content_type="text/plain") for at, data in enumerate(parts)]
        body, status = state.client.execute("demo", "upload_many", input_={"files": given, "note": "three"})
        equal(status, 200, "the status")
        actual = [(one["name"], one["filename"], one["size"], one["sha256"]) for one in body["data"]["files"]]
        equal(actual, [("files", f"{at}.txt", len(data), sha256(data)) for at, data in enumerate(parts)], "the files")
        equal(body["data"]["fields"], {"note": "three"}, "the fields")

    @journey.step("upload: a file that need not come")
    def _():
        body, status = state.client.execute("demo", "attach", input_={"name": "N ø"})
        expected = {"content_type": sdk.without_file, "fields": {"name": "N ø"}, "files": []}
        equal((status, body["data"]), (200, expected), "the answer")

    @journey.step("download: text and bytes, with name and type")
    def _():
        report = action("demo", "report")["file"]
        for name, data, filename, content_type in (
            ("report", report["text"].encode(), report["filename"], report["contentType"]),
            ("pixel", PICTURE, "one pixel.gif", "image/gif"),
        ):
            file, status = state.client.execute("demo", name)
            equal((status, type(file).__name__), (200, "ConnectorFile"), f"the answer of {name}")
            equal((file.filename, file.content_type), (filename, content_type), f"name and type of {name}")
            equal((len(file.file), sha256(file.file)), (len(data), sha256(data)), f"the bytes of {name}")

    @journey.step("download: run gives the file as its data")
    def _():
        response = state.client.run("demo", "pixel")
        equal((response.get_status(), response.is_list(), response.has_next()), (200, False, False), "the response")
        equal(sha256(response.get_data().file), sha256(PICTURE), "the bytes")


def leaving(journey, sdk):
    @journey.step("users: a revoked token is refused, the user's others are not")
    def _():
        other = sdk.authenticate(state.client, ANN, state.secret).token
        revoke(other)
        body, status = state.client.execute("demo", "get_item", input_={"id": 7}, token=other)
        equal((status, code_of(body)), (401, "TOKEN_REVOKED"), "the answer")
        equal(state.client.get_user_info(state.token).identifier, ANN, "who the first token is of")

    @journey.step("remove: the integration is gone and the action is refused again")
    def _():
        with watch() as traffic:
            result = sdk.remove(state.client, "github", state.token)
        equal((result.success, traffic.lines), (True, [f"DELETE {sdk.remove_path}"]), "result and what was sent")
        equal(state.client.user_has_integration("github", state.token), False, "whether there is one")
        equal(users()[ANN]["integrations"], [], "the user's integrations")
        with watch() as traffic:
            _, status = state.client.execute(
                "github", "list_pull_requests", input_={"owner": "o", "repo": "r"}, token=state.token
            )
        equal((status, len(traffic.executions)), (403, 0), "status and executions")

    @journey.step("remove: what is not there cannot be removed")
    def _():
        sdk.remove_nothing(state.client, "github", state.token)


def nothing_left_the_machine(journey):
    @journey.step("only this machine was called")
    def _():
        equal(refused, [], "what was refused")

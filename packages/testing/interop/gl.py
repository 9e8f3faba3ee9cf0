"""The journey of gl-connectors-sdk: its public calls, as its users make them, against the emulator."""

import asyncio
import pathlib
import tempfile

import common
import requests
from common import ANN, ITEM, ITEMS, PULLS, state
from gl_connectors_sdk import (
    GLAuthenticationError,
    GLConnectorRequestError,
    GLConnectors,
    GLConnectorToolGenerator,
    GLIntegrationError,
    GLSkillsError,
)
from gl_connectors_sdk.models.file import ConnectorFile
from journey import API_KEY, URL, WORLD, Journey, action, connector, equal, holds, raises, users, open_page, watch

WORK = "work@example.com"


class Sdk:
    """The calls of this client for what both can do."""

    unknown_connector = "GLConnectorNotFoundError"
    File = ConnectorFile
    names_path = "/connectors/names"
    users_path = "/users"
    tokens_path = "/auth/tokens"
    me_path = "/users/me"
    remove_path = f"/connectors/github/integrations/{ANN}"
    true = "true"
    without_file = "application/x-www-form-urlencoded"
    file_types = [("file", "bytes | None", False), ("name", "<class 'str'>", True)]
    types = [
        ("s", "<class 'str'>", True),
        ("i", "<class 'int'>", True),
        ("f", "<class 'float'>", True),
        ("b", "<class 'bool'>", True),
        ("arr", "list[str]", True),
        ("o", "<class 'gl_connectors_sdk.module.Nested_x'>", True),
        ("o.x", "<class 'str'>", True),
        ("o.y", "int | None", False),
        ("d", "<class 'dict'>", True),
        ("u", "typing.Union[int, str]", True),
        ("opt", "str | None", False),
    ]

    @staticmethod
    def new(api_key):
        return GLConnectors(api_base_url=URL, api_key=api_key)

    @staticmethod
    def create_user(client, identifier):
        return client.create_user(identifier)

    @staticmethod
    def authenticate(client, identifier, secret):
        return client.authenticate(identifier, secret)

    @staticmethod
    def initiate_body(callback):
        return {"callback_url": callback, "replace_duplicate": False}

    @staticmethod
    def remove(client, name, token):
        return client.remove_integration(name, token, ANN)

    @staticmethod
    def remove_nothing(client, name, token):
        with watch() as traffic:
            result = client.remove_integration(name, token, ANN)
        equal((result.success, traffic.statuses), (False, [404]), "the result and the answers")
        holds("there is no such account at github" in result.message, f"the message is {result.message}")


journey = Journey("gl-connectors-sdk")
common.discovery(journey, Sdk)
common.signing_up(journey, Sdk)


@journey.step("users: a refusal has status, code and request id, and no secret")
def _():
    error = raises(GLAuthenticationError, lambda: state.client.authenticate(ANN, "sk-user-wrong"))
    equal((error.status_code, error.api_code), (401, "CREDENTIALS_INVALID"), "the error")
    holds(error.request_id and "sk-user-wrong" not in str(error), "no request id, or the secret is in the message")


common.linking(journey, Sdk)


@journey.step("accounts: a second one is linked in addition to the first, which stays selected")
def _():
    open_page(f"{state.client.initiate_connector_auth('github', state.token, common.CALLBACK)}&account={WORK}")
    actual = {one.user_identifier: one.selected for one in state.client.get_user_info(state.token).integrations}
    equal(actual, {ANN: True, WORK: False}, "the accounts and which is selected")


@journey.step("accounts: one call uses the other")
def _():
    with watch() as traffic:
        _, status = state.client.execute(
            "github", "list_pull_requests", input_={"owner": "o", "repo": "r"}, token=state.token, identifier=WORK
        )
    equal((status, [one["account"] for one in traffic.executions]), (200, [WORK]), "status and account")


@journey.step("accounts: an account that is not there is refused")
def _():
    requested = {"owner": "o", "repo": "r"}
    body, status = state.client.execute(
        "github", "list_pull_requests", input_=requested, token=state.token, identifier="no@example.com"
    )
    equal((status, common.code_of(body)), (403, "INTEGRATION_REQUIRED"), "the answer")


@journey.step("accounts: get and select")
def _():
    actual = state.client.get_integration("github", state.token, WORK)
    equal((actual["connector"], actual["user_identifier"], actual["selected"]), ("github", WORK, False), "the account")
    equal(state.client.select_integration("github", state.token, WORK).success, True, "whether it was selected")
    equal(state.client.get_integration("github", state.token, WORK)["selected"], True, "whether it is selected")
    with watch() as traffic:
        state.client.execute("github", "list_pull_requests", input_={"owner": "o", "repo": "r"}, token=state.token)
    equal([one["account"] for one in traffic.executions], [WORK], "the account that is used")


@journey.step("accounts: one is removed, the other stays")
def _():
    equal(state.client.remove_integration("github", state.token, WORK).success, True, "whether it was removed")
    equal(state.client.user_has_integration("github", state.token), True, "whether there is one left")
    left = [(one["account"], one["selected"]) for one in users()[ANN]["integrations"]]
    equal(left, [(ANN, True)], "what is left")
    error = raises(GLIntegrationError, lambda: state.client.get_integration("github", state.token, WORK))
    equal((error.status_code, error.api_code), (404, "INTEGRATION_NOT_FOUND"), "the error")


@journey.step("a configuration links a connector that has no page")
def _():
    def configure(config):
        return state.client.initiate_plugin_configuration("notes", state.token, config)

    error = raises(GLIntegrationError, lambda: configure({}))
    equal((error.status_code, error.api_code), (422, "CONFIGURATION_INVALID"), "the error")
    equal(configure({"api_token": "t"}).success, True, "whether it was configured")
    notes = state.client.run("notes", "list_notes", token=state.token).get_data()
    equal(notes, action("notes", "list_notes")["value"], "the notes")
    error = raises(GLIntegrationError, lambda: configure({"api_token": "t"}))
    equal((error.status_code, error.api_code), (409, "INTEGRATION_EXISTS"), "the error the second time")
    again = state.client.initiate_plugin_configuration("notes", state.token, {"api_token": "u"}, replace_duplicate=True)
    equal(again.success, True, "whether it was replaced")
    equal(state.client.remove_integration("notes", state.token, ANN).success, True, "whether it was removed")


common.calling(journey, Sdk)
common.pages(journey, Sdk)
common.retries(journey, Sdk)


@journey.step("retry: an error without the advice to retry is not retried, unless the caller takes the risk")
def _():
    with watch() as traffic:
        _, status = state.client.execute("demo", "missing", max_attempts=3)
    equal((status, traffic.statuses), (404, [404]), "the answers")
    with watch() as traffic:
        body, status = state.client.execute("demo", "shaky", max_attempts=2, replay_unsafe=True)
    equal((body["data"], status), ({"done": True}, 200), "the answer")
    equal((traffic.statuses, len(traffic.executions)), ([503, 200], 1), "answers and executions")


@journey.step("errors: the fields of the response")
def _():
    response = state.client.run("demo", "missing")
    error = response.get_error()
    failure = action("demo", "missing")["error"]
    equal((error.status_code, error.api_code, error.message), (404, failure["code"], failure["message"]), "the error")
    equal(error.shape, "envelope", "its shape")
    holds(error.request_id and error.request_id == response.get_request_id(), "the request id")
    raised = raises(GLConnectorRequestError, response.raise_for_error)
    equal((raised.status_code, raised.api_code), (404, failure["code"]), "what is raised")
    good = state.client.run("demo", "get_item", input_={"id": 7})
    holds(good.get_error() is None and good.raise_for_error() is good, "a good answer has an error")


@journey.step("errors: the second contract is requested in each call and sent back")
def _():
    with watch() as traffic:
        client = GLConnectors(api_base_url=URL, api_key=API_KEY, error_contract=2)
        response = client.run("demo", "get_item", input_={"id": 7})
    equal([headers.get("x-gl-error-contract") for headers in traffic.headers], ["2", "2"], "the header")
    equal((response.get_error_contract(), response.get_status()), (2, 200), "the answer")


common.files(journey, Sdk)


@journey.step("upload: every byte there is")
def _():
    data = bytes(range(256)) * 40
    file = ConnectorFile(file=data, filename="all.bin", content_type="application/octet-stream")
    body, status = state.client.execute("demo", "upload", input_={"file": file, "name": "N"})
    equal(status, 200, "the status")
    actual = [(one["filename"], one["size"], one["sha256"]) for one in body["data"]["files"]]
    equal(actual, [("all.bin", len(data), common.sha256(data))], "the file")


@journey.step("asynchronous: call, pages, all items and user")
def _():
    async def work():
        client = Sdk.new(API_KEY)
        try:
            item = (await client.arun("demo", "get_item", input_={"id": 7})).get_data()
            first = await client.arun("demo", "list_items", input_={})
            second = await first.anext_page()
            back = await second.aprev_page()
            everything = await first.aget_all_items()
            user = await client.aget_user_info(state.token)
            return item, second.get_data(), back.get_data(), everything, user.identifier
        finally:
            await client.aclose()

    item, second, back, everything, identifier = asyncio.run(work())
    equal((item, second, back, identifier), (ITEM, ITEMS[3:6], ITEMS[:3], ANN), "what was given")
    equal(common.flat(page["data"] for page in everything), ITEMS, "all items")


@journey.step("tools: one for each action")
def _():
    tools = GLConnectorToolGenerator(api_base_url=URL, api_key=API_KEY, app_name="demo").generate_tools()
    expected = [(f"demo_{one['name']}_tool", one["docstring"].split("\n")[0]) for one in connector("demo")["actions"]]
    equal([(tool.name, tool.description) for tool in tools], expected, "the tools")


@journey.step("catalog: tools, by word, connector and page")
def _():
    names = [one["name"] for one in WORLD["catalog"]["tools"]]
    equal([one.name for one in state.client.list_tools().items], names, "all")
    equal([one.name for one in state.client.list_tools(q="pull").items], names[1:], "those with a word")
    equal([one.name for one in state.client.list_tools(connector="demo").items], names[:1], "those of a connector")
    equal([one.name for one in state.client.list_tools(category="code").items], names[1:], "those of a category")
    page = state.client.list_tools(limit=1, offset=1)
    equal(([one.name for one in page.items], page.meta.total), (names[1:], 2), "the second page")


@journey.step("catalog: an MCP server and its configuration with a token")
def _():
    (item,) = state.client.list_mcps().items
    equal((item.name, item.tool_count), ("github", 1), "the server")
    config = state.client.get_mcp_config(item, token=state.token)
    expected = {"Authorization": f"Bearer {state.token}", "X-Api-Key": ""}
    equal((config.url, config.headers), (WORLD["catalog"]["mcps"][0]["config"]["url"], expected), "the configuration")


@journey.step("catalog: skills by source")
def _():
    equal([one.name for one in state.client.list_skills().items], ["reviewer", "claw"], "all")
    found = [(one.name, one.author, one.url) for one in state.client.list_skills(source="agent").items]
    equal(found, [("reviewer", "ann", "https://github.example/ann/reviewer")], "those of a source")


@journey.step("catalog: search sends key and token")
def _():
    with watch() as traffic:
        found = state.client.semantic_search("pull requests", state.token, kinds="tools,mcp", count=3)
    equal([one.name for one in found.tools], ["github_list_pull_requests_tool"], "the tools")
    equal(([one.name for one in found.mcp], found.skills), (["github"], []), "the servers and skills")
    holds({"authorization", "x-api-key"} <= set(traffic.headers[0]), "the credentials were not sent")


@journey.step("skills: list and get, with the token alone")
def _():
    with watch() as traffic:
        listed = state.client.list_tenant_skills(state.token)
    equal([one.name for one in listed.items], [one["name"] for one in WORLD["skills"]], "the skills")
    holds("x-api-key" not in traffic.headers[0], "the key was sent")
    detail = state.client.get_tenant_skill(state.token, listed.items[0].id)
    expected = common.sha256(WORLD["skills"][0]["text"].encode())
    equal((detail.source_type, detail.content_sha256), ("upload_md", expected), "the skill")
    error = raises(requests.HTTPError, lambda: state.client.get_tenant_skill(state.token, "nothing"))
    equal(error.api_error.api_code, "SKILL_NOT_FOUND", "the error for what is not there")


def skill(name):
    listed = {one.name: one.id for one in state.client.list_tenant_skills(state.token).items}
    return state.client.get_tenant_skill(state.token, listed[name])


def content(folder):
    return {
        path.relative_to(folder).as_posix(): path.read_bytes().decode()
        for path in sorted(pathlib.Path(folder).rglob("*"))
        if path.is_file()
    }


@journey.step("skills: a text and an archive are downloaded, checked and laid out")
def _():
    reviewer, reporter = WORLD["skills"][:2]
    with tempfile.TemporaryDirectory() as folder:
        with watch() as traffic:
            state.client.download_tenant_skill(skill("Reviewer"), [folder])
            state.client.download_tenant_skill(skill("Reporter"), [folder])
        expected = {"Reviewer/SKILL.md": reviewer["text"]}
        expected.update({f"Reporter/{name}": text for name, text in reporter["files"].items()})
        equal(content(folder), expected, "what was laid out")
    artifacts = [one for one in traffic.requests if one["operation"] == "skills.artifact"]
    equal([one["status"] for one in artifacts], [200, 200], "the answers")
    sent = set().union(*(one["headers"] for one in artifacts))
    holds(not sent & {"authorization", "x-api-key"}, "credentials were sent with the download")


@journey.step("skills: a wrong digest and a missing snapshot are refused, and nothing is written")
def _():
    with tempfile.TemporaryDirectory() as folder:
        raises(GLSkillsError, lambda: state.client.download_tenant_skill(skill("Forged"), [folder]))
        raises(GLSkillsError, lambda: state.client.download_tenant_skill(skill("Pending"), [folder]))
        equal(content(folder), {}, "what was laid out")


@journey.step("integration: the pull requests are still there after all this")
def _():
    found = state.client.run("github", "list_pull_requests", input_={"owner": "o", "repo": "r"}, token=state.token)
    equal(common.flat(page["data"] for page in found.get_all_items()), PULLS, "the pull requests")


common.leaving(journey, Sdk)
common.nothing_left_the_machine(journey)

raise SystemExit(journey.run())

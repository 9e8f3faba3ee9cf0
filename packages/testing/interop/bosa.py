"""The journey of bosa-connectors-binary: its public calls, as its users make them, against the emulator."""

import common
from bosa_connectors import BosaAuthenticator, BosaConnector, BOSAConnectorToolGenerator
from bosa_connectors.models.file import ConnectorFile
from common import ANN, ITEM, state
from journey import API_KEY, URL, Journey, connector, equal, holds, raises, watch


class Sdk:
    """The calls of this client for what both can do."""

    unknown_connector = "BosaConnectorError"
    File = ConnectorFile
    names_path = "/connectors"
    users_path = "/clients/register-user"
    tokens_path = "/clients/oauth-token"
    me_path = "/clients/user"
    remove_path = "/connectors/github/integrations"
    true = "True"
    without_file = "application/json"
    file_types = [("file", "typing.Optional[str]", False), ("name", "<class 'str'>", True)]
    types = [
        ("s", "<class 'str'>", True),
        ("i", "<class 'int'>", True),
        ("f", "<class 'float'>", True),
        ("b", "<class 'bool'>", True),
        ("arr", "typing.List[str]", True),
        ("o", "<class 'bosa_connectors.module.Nested_x'>", True),
        ("o.x", "<class 'str'>", True),
        ("o.y", "typing.Optional[int]", False),
        ("d", "<class 'dict'>", True),
        ("u", "typing.Union[int, str]", True),
        ("opt", "typing.Optional[str]", False),
    ]

    @staticmethod
    def new(api_key):
        return BosaConnector(api_base_url=URL, api_key=api_key)

    @staticmethod
    def create_user(client, identifier):
        return client.create_bosa_user(identifier)

    @staticmethod
    def authenticate(client, identifier, secret):
        return client.authenticate_bosa_user(identifier, secret)

    @staticmethod
    def initiate_body(callback):
        return {"callback_url": callback}

    @staticmethod
    def remove(client, name, token):
        return client.remove_integration(name, token)

    @staticmethod
    def remove_nothing(client, name, token):
        with watch() as traffic:
            equal(client.remove_integration(name, token).success, False, "whether it was removed")
        equal(traffic.statuses, [404], "the answers")


journey = Journey("bosa-connectors-binary")
common.discovery(journey, Sdk)
common.signing_up(journey, Sdk)


@journey.step("users: the authenticator alone does the same")
def _():
    authenticator = BosaAuthenticator(api_base_url=URL, api_key=API_KEY)
    created = authenticator.register("eve@example.com")
    token = authenticator.authenticate("eve@example.com", created.secret)
    equal(authenticator.get_user(token.token).identifier, "eve@example.com", "who the token is of")


common.linking(journey, Sdk)
common.calling(journey, Sdk)
common.pages(journey, Sdk)
common.retries(journey, Sdk)


@journey.step("retry: a 503 is tried again too")
def _():
    with watch() as traffic:
        body, status = state.client.execute("demo", "shaky", max_attempts=2)
    equal((body["data"], status), ({"done": True}, 200), "the answer")
    equal((traffic.statuses, len(traffic.executions)), ([503, 200], 1), "answers and executions")


common.files(journey, Sdk)


@journey.step("upload: this version refuses what is not UTF-8, and sends nothing")
def _():
    file = ConnectorFile(file=bytes(range(256)), filename="all.bin", content_type="application/octet-stream")
    with watch() as traffic:
        raises(ValueError, lambda: state.client.execute("demo", "upload", input_={"file": file, "name": "N"}))
    equal(traffic.lines, [], "what was sent")


@journey.step("tools: one for each action, and they work")
def _():
    generator = BOSAConnectorToolGenerator(api_base_url=URL, api_key=API_KEY, app_name="demo")
    tools = {tool.name: tool for tool in generator.generate_tools()}
    equal(sorted(tools), sorted(f"demo_{one['name']}_tool" for one in connector("demo")["actions"]), "the names")
    tool = tools["demo_get_item_tool"]
    equal((tool.description, sorted(tool.args)), ("Get one item.", ["id", "response_fields"]), "the tool")
    with watch() as traffic:
        body, status = tool.invoke({"id": 7})
    equal((body["data"], status), (ITEM, 200), "the answer")
    holds(traffic.lines[-1] == "POST /demo/get_item", f"what was sent is {traffic.lines}")


@journey.step("users: no other user has an integration")
def _():
    eve = BosaAuthenticator(api_base_url=URL, api_key=API_KEY).authenticate
    raises(ValueError, lambda: eve("eve@example.com", state.secret))
    own = [one.connector for one in state.client.get_user_info(state.token).integrations]
    equal(own, ["github"], f"those of {ANN}")


common.leaving(journey, Sdk)
common.nothing_left_the_machine(journey)

raise SystemExit(journey.run())

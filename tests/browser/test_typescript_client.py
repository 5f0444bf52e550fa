"""The TypeScript client: its own tests against the real service, in Node and in a real browser; and what is published."""

import json
import re
import subprocess
import tarfile

import pytest

from support import paths
from support.annals import API_KEY
from support.clients.browsers import drive
from support.clients.typescript_client import SOURCES, Redirection, Site, copy_of_the_client, run_in
from support.gates.wire import Wire
from support.machine.ports import free_port
from support.machine.processes import environment
from support.names import unique_name
from support.samples.documents import blocks

BROWSER_SECONDS = 600  # of which a machine that nobody else uses needs a tenth


@pytest.fixture(scope="module")
def client(tmp_path_factory):
    """The client with everything compiled: the package in dist, its tests in build-tests."""
    copy = copy_of_the_client(tmp_path_factory.mktemp("typescript"))
    run_in(copy, "npm", "run", "build")
    run_in(copy, "npm", "run", "build:tests")
    return copy


@pytest.fixture
def stage(make, client):
    """A service that tests may kill and start, a wire to it, one that redirects, and the site that a browser loads the
    tests from."""
    site = Site({"compiled": client / "build-tests"})
    settings = {"ANNALS_SERVER_CORS_ORIGINS": site.origin, "ANNALS_SERVER_LISTEN": f"127.0.0.1:{free_port()}"}
    annals = make.annals(environment=settings)
    wire = Wire(annals.port)
    redirection = Redirection()
    site.orders = {
        "kill": annals.kill9,
        "start": lambda: annals.start() and None,
        "lose-answer": wire.lose_answer,
        "lost": lambda: wire.lost,
        "cut": wire.cut,
        "hold": wire.hold,
        "release": wire.release,
        "redirected": redirection.seen,
    }
    given = {"api": annals.url, "wire": wire.url, "redirecting": redirection.url, "key": API_KEY}
    yield site, given
    redirection.close()
    wire.close()
    site.close()


def failures(printed):
    """What Node's reporter says of the tests that have failed."""
    parts = re.split(r"^# Subtest: ", printed, flags=re.MULTILINE)
    return "".join(part for part in parts if re.search(r"^not ok", part, re.MULTILINE))[:12_000] or printed[-4000:]


def test_the_suite_passes_in_node(stage, client):
    site, given = stage
    settings = {"GIVEN": json.dumps({**given, "control": site.url}), "COMPILED": str(client / "build-tests")}

    ended = subprocess.run(
        ["node", "--test", client / "tests" / "run.mjs"],
        env=environment(settings), capture_output=True, text=True, timeout=BROWSER_SECONDS, check=False,
    )

    assert ended.returncode == 0, f"expected that all pass: {failures(ended.stdout)}{ended.stderr[-2000:]}"


def test_the_suite_passes_in_a_browser(stage):
    site, given = stage
    site.page = (SOURCES / "tests" / "page.html").read_text().replace("GIVEN", json.dumps({**given, "control": site.origin}))

    result = drive("drive.mjs", site.origin + "/", BROWSER_SECONDS * 1000, seconds=BROWSER_SECONDS + 30)["result"]

    assert result["failed"] == [], "\n".join(result["failed"])
    assert result["passed"] > 50, f"expected that all tests are run, got {result['passed']}"


# --- what is generated ---


def test_the_types_are_those_of_the_service_s_document(any_annals, tmp_path):
    reply = any_annals.get("/openapi.json", key=None)
    if reply.status_code == 404:
        pytest.skip("this service has no OpenAPI document")
    (tmp_path / "openapi.json").write_text(reply.text)

    run_in(SOURCES, "node", "scripts/generate.mjs", tmp_path / "openapi.json", tmp_path / "schemas.ts")

    committed = (SOURCES / "src" / "generated" / "schemas.ts").read_text()
    generated = (tmp_path / "schemas.ts").read_text()
    assert generated == committed, "expected no difference: in clients/typescript, npm run generate -- <url>/openapi.json"


def test_generated_ids_are_not_rounded_and_the_rest_is_as_the_document_says(tmp_path):
    document = {
        "paths": {
            "/things/{id}": {
                "get": {
                    "operationId": "getThing",
                    "parameters": [
                        {"name": "record_id", "in": "query", "schema": {"type": "array", "items": {"anyOf": [{"type": "integer"}, {"type": "string"}]}}},
                        {"name": "by", "in": "query", "required": True, "schema": {"type": "array", "items": {"enum": ["a", "b'c"]}}},
                        {"name": "numbers", "in": "query", "schema": {"type": "string"}},
                        {"name": "X-Client-Id", "in": "header", "schema": {"type": "string"}},
                    ],
                    "responses": {"200": {"content": {"application/json": {"schema": {"$ref": "#/components/schemas/Thing"}}}}},
                },
                "post": {
                    "operationId": "makeThing",
                    "requestBody": {"content": {"application/json": {"schema": {"$ref": "#/components/schemas/NewThing"}}}},
                    "responses": {"200": {"$ref": "#/components/responses/Made"}},
                },
            }
        },
        "components": {
            "responses": {"Made": {"content": {"application/json": {"schema": {"$ref": "#/components/schemas/Thing"}}}}},
            "schemas": {
                "Thing": {
                    "type": "object",
                    "required": ["record_id", "count"],
                    "properties": {
                        "record_id": {"type": ["integer", "string"], "format": "uint64"},
                        "count": {"type": ["integer", "null"]},
                        "made-at": {"type": "string", "format": "date-time", "description": "When */ it was made."},
                        "data": {},
                    },
                },
                "NewThing": {
                    "type": "object",
                    "required": ["source_id"],
                    "properties": {
                        "source_id": {"type": "integer"},
                        "made_at": {"type": "string", "format": "date-time"},
                        "parts": {"type": "array", "items": {"type": "object", "additionalProperties": True}},
                    },
                },
            },
        },
    }
    (tmp_path / "openapi.json").write_text(json.dumps(document))

    run_in(SOURCES, "node", "scripts/generate.mjs", tmp_path / "openapi.json", tmp_path / "schemas.ts")

    written = " ".join((tmp_path / "schemas.ts").read_text().split())
    for part in (
        "getThing: '/things/{id}', makeThing: '/things/{id}',",
        "export interface GetThingQuery { record_id?: IdInput | readonly IdInput[]; by: 'a' | 'b\\'c' | readonly ('a' | 'b\\'c')[]; }",
        "export interface Thing { record_id: Id; count: number | null; /** When *\\/ it was made. */ 'made-at'?: string; data?: JsonValue; }",
        "export interface NewThing { source_id: IdInput; made_at?: string | Date; parts?: readonly ({ [key: string]: unknown; })[]; }",
    ):
        assert part in written, f"expected {part!r} in {written}"


# --- what is published ---


@pytest.fixture(scope="module")
def package(client, tmp_path_factory):
    directory = tmp_path_factory.mktemp("package")
    run_in(client, "npm", "pack", "--pack-destination", directory)
    (packed,) = directory.glob("*.tgz")
    return packed


def test_the_package_has_what_it_needs_and_nothing_else(client, package):
    with tarfile.open(package) as archive:
        names = {name.removeprefix("package/") for name in archive.getnames()}

    manifest = json.loads((client / "package.json").read_text())
    modules = {str(path.relative_to(client / "src").with_suffix("")) for path in (client / "src").rglob("*.ts")}
    compiled = {f"dist/{module}{suffix}" for module in modules for suffix in (".js", ".d.ts")}
    assert names == compiled | {"package.json", "README.md", "LICENSE", "CHANGELOG.md"}
    assert "dependencies" not in manifest and manifest["sideEffects"] is False and manifest["type"] == "module"
    assert f'"{manifest["version"]}"'.replace('"', "'") in (client / "src" / "version.ts").read_text()
    assert f"## [{manifest['version']}]" in (client / "CHANGELOG.md").read_text()


@pytest.fixture
def stranger(package, client, tmp_path):
    """Compiles a program that has installed the package, strictly and with its declarations checked too; returns how to
    run it."""

    def compiled(program):
        (tmp_path / "package.json").write_text('{"name":"stranger","private":true,"type":"module"}')
        run_in(tmp_path, "npm", "install", "--offline", "--no-audit", "--no-fund", package)
        options = {"strict": True, "module": "nodenext", "target": "es2022", "lib": ["es2022", "dom"], "types": []}
        (tmp_path / "tsconfig.json").write_text(json.dumps({"compilerOptions": options, "files": ["use.ts", "node.d.ts"]}))
        (tmp_path / "node.d.ts").write_text("declare const process: { env: Record<string, string> };")
        (tmp_path / "use.ts").write_text(program)
        run_in(tmp_path, "node", client / "node_modules" / "typescript" / "bin" / "tsc")
        return lambda **settings: run_in(tmp_path, "node", "use.js", env=environment(settings))

    return compiled


def test_the_package_is_installed_used_and_type_checked_by_a_stranger(stranger):
    run = stranger(
        """
        import { Annals, type AnnalsEvent, type Id, NotFoundError } from 'annals-client';
        const client = new Annals({ baseUrl: 'http://127.0.0.1:1', viewerToken: async () => 'token', timeout: 5 });
        export async function records(): Promise<Id[]> {
          const found: Id[] = [];
          for await (const event of client.events.list({ record_id: [7, 7n, 'ORD-17'] })) found.push(event.record_id);
          return found;
        }
        export function wrong() {
          // @ts-expect-error: an id is no number
          const id: number = ({} as AnnalsEvent).record_id;
          // @ts-expect-error: the service has no such order
          client.events.list({ ordering: 'sideways' });
          // @ts-expect-error: the data is missing
          client.events.create({ event_type_id: 1, record_id: 1, source_type_id: 1, source_id: 1 });
          return id;
        }
        console.log(typeof NotFoundError, client.toString());
        """
    )

    assert run().strip() == "function Annals(http://127.0.0.1:1)"


@pytest.mark.parametrize(
    "document, seen",
    [
        (SOURCES / "README.md", ["{ status: [ 'open', 'closed' ] }", "true", '"record_id":7', "1 [", "the content", "Event not found."]),
        (
            paths.ROOT / "docs" / "clients.md",
            ["100 stored, 0 refused", "10 true", "{ total_count: 101, filtered_count: 100 }", "true true", "seen", "the minutes", "2 events of record 7", "Event not found."],
        ),
    ],
    ids=["README", "clients.md"],
)
def test_the_examples_work(any_annals, stranger, document, seen):
    run = stranger(blocks(document, "ts"))
    tenant = any_annals.initialise(unique_name())

    printed = run(ANNALS_URL=any_annals.url, ANNALS_KEY=API_KEY, ANNALS_CLIENT_ID=tenant["client_id"])

    for part in seen:
        assert part in printed, f"expected {part!r} in {printed}"


def test_nothing_is_done_when_the_package_is_loaded(client, tmp_path):
    """Without side effects, what is not used can be left out of a bundle."""
    before = "const before = Object.keys(globalThis).length; await import(process.argv[1]); "
    after = "console.log(Object.keys(globalThis).length - before)"

    printed = run_in(tmp_path, "node", "--input-type=module", "-e", before + after, client / "dist" / "index.js")

    assert printed.strip() == "0"

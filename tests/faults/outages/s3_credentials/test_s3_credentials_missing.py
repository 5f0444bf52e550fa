"""Credentials of S3 that nobody gives out: told at the start, with every source that was asked."""

from support import paths
from support.machine.processes import run
from support.servers.aws_endpoints import INSTANCE_PATH, ROLE_ARN
from support.servers.s3_credentials import NO_KEYS, expect_round_trip

# Names without dots, so that nobody asks a name server.
UNREACHABLE = "http://127.0.0.1:1"


def ended(make, files="s3", **environment):
    """Runs a service that must not start; returns the last line that it wrote."""
    annals = make.annals(files=files, environment={**NO_KEYS, **environment}, start=False)
    annals.directory.mkdir(parents=True, exist_ok=True)
    result = run([paths.ANNALS, "serve"], annals.settings())
    assert result.returncode == 1, f"expected 1, got {result.returncode}: {result.stderr}"
    return result.stderr.splitlines()[-1]


def test_without_any_the_start_names_every_source_and_why_it_does_not_serve(make):
    told = ended(make, AWS_EC2_METADATA_SERVICE_ENDPOINT=UNREACHABLE)

    for part in (
        "annals: no credentials for S3 were found",
        "environment: AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY are not set",
        "profile: /nonexistent/.aws/credentials does not exist, /nonexistent/.aws/config does not exist",
        "web identity: AWS_WEB_IDENTITY_TOKEN_FILE and AWS_ROLE_ARN are not set",
        "container: AWS_CONTAINER_CREDENTIALS_RELATIVE_URI and AWS_CONTAINER_CREDENTIALS_FULL_URI are not set",
        f"EC2 instance: the metadata of the EC2 instance at {UNREACHABLE}: ",
    ):
        assert part in told, f"expected {part!r} in {told!r}"


def test_metadata_without_version_2_or_without_a_role_are_no_source(make, place):
    place.aws.has_version_2 = False
    assert "status 404 for a token of version 2" in ended(make, place.files, **place.aws.instance())
    assert place.aws.asked_for("GET", INSTANCE_PATH) == [], "expected that version 1 is not asked"

    place.aws.has_version_2, place.aws.has_role = True, False
    assert "the instance has no role; attach one to it" in ended(make, place.files, **place.aws.instance())


def test_metadata_that_are_disabled_are_not_asked(make, place):
    told = ended(make, place.files, AWS_EC2_METADATA_DISABLED="true", **place.aws.instance())

    assert "EC2 instance: AWS_EC2_METADATA_DISABLED is true" in told
    assert place.aws.asked == []


def test_half_a_source_ends_the_start_although_another_one_would_serve(make, place):
    told = ended(make, place.files, AWS_ROLE_ARN=ROLE_ARN, **place.aws.container())

    assert told == "annals: AWS_ROLE_ARN is set, but AWS_WEB_IDENTITY_TOKEN_FILE is not"
    assert place.aws.asked == []


def test_a_local_file_store_asks_nobody(make, place):
    annals = make.annals(environment={**NO_KEYS, **place.aws.container(), **place.aws.instance(), "AWS_ROLE_ARN": "half"})

    expect_round_trip(annals, annals.initialise("shop"))
    assert place.aws.asked == []

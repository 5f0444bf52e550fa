"""The two places where Annals keeps files, with one interface for tests."""

import json
import os
import subprocess
import threading
import uuid

import boto3
import botocore.config
import pytest

from support import paths
from support.witnesses.file_trees import names_below

SCRIPT_SECONDS = 600
PROGRAMS_MISSING = 77


class LocalFiles:
    """A directory of Annals' own."""

    kind = "local"

    def __init__(self, data_directory):
        self.directory = data_directory / "files"

    def environment(self):
        return {"ANNALS_FILES_KIND": "local"}

    def put(self, key, content=b"x"):
        file = self.directory / key
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(content)

    def keys(self, prefix=""):
        return [key for key in names_below(self.directory) if key.startswith(prefix)]


class S3Files:
    """A bucket of a test's own in the S3 server."""

    kind = "s3"

    def __init__(self, server, through_proxy=False):
        self.server = server
        self.bucket = f"test-{uuid.uuid4().hex}"
        self._endpoint = server.proxy_endpoint if through_proxy else server.endpoint
        server.client.create_bucket(Bucket=self.bucket)

    def environment(self):
        return {
            "ANNALS_FILES_KIND": "s3",
            "ANNALS_FILES_S3_ENDPOINT": self._endpoint,
            "ANNALS_FILES_S3_BUCKET": self.bucket,
            "ANNALS_FILES_S3_REGION": self.server.region,
            "AWS_ACCESS_KEY_ID": self.server.access_key,
            "AWS_SECRET_ACCESS_KEY": self.server.secret_key,
        }

    def put(self, key, content=b"x"):
        self.server.client.put_object(Bucket=self.bucket, Key=key, Body=content)

    def keys(self, prefix=""):
        pages = self.server.client.get_paginator("list_objects_v2").paginate(Bucket=self.bucket, Prefix=prefix)
        return sorted(item["Key"] for page in pages for item in page.get("Contents", []))

    def deny_deleting(self, key):
        """The bucket's policy refuses to delete that key; `allow_deleting` lifts it."""
        policy = (
            '{"Version":"2012-10-17","Statement":[{"Effect":"Deny","Principal":"*","Action":"s3:DeleteObject",'
            f'"Resource":"arn:aws:s3:::{self.bucket}/{key}"}}]}}'
        )
        self.server.client.put_bucket_policy(Bucket=self.bucket, Policy=policy)

    def allow_deleting(self):
        self.server.client.delete_bucket_policy(Bucket=self.bucket)


class S3Server:
    """Ceph's S3 gateway behind a proxy, started by the scripts beside this file. With `sessions` it gives out temporary
    credentials too."""

    def __init__(self, directory, sessions=False):
        self.directory = directory
        self._environment = {**os.environ, "S3_SESSIONS": "1" if sessions else "0"}
        self._lock = threading.Lock()
        self._role = None
        self._start()
        self.client = boto3.client(
            "s3",
            endpoint_url=self.endpoint,
            region_name=self.region,
            aws_access_key_id=self.access_key,
            aws_secret_access_key=self.secret_key,
            config=botocore.config.Config(
                s3={"addressing_style": "path"}, connect_timeout=20, read_timeout=60, retries={"max_attempts": 3}
            ),
        )

    def fault(self, *words):
        """For example fault("hang"), fault("proxy", "list", "503"); the words are those of fault.sh."""
        self._script("fault.sh", *words)

    def new_account(self):
        """Makes an account without any rights; returns its name, its access key and its secret key."""
        name, access_key, secret_key = f"account-{uuid.uuid4().hex}", uuid.uuid4().hex[:20].upper(), uuid.uuid4().hex
        self._administer("user", "create", f"--uid={name}", f"--display-name={name}", access_key, secret_key)
        return name, access_key, secret_key

    def add_key(self, access_key, secret_key):
        """Gives the account that owns the buckets another key."""
        self._administer("key", "create", "--uid=test", "--key-type=s3", access_key, secret_key)

    def new_session(self):
        """Makes temporary credentials that may do everything; returns the access key, the secret key and the token."""
        with self._lock:
            self._role = self._role or self.new_role()
        sts = boto3.client(
            "sts",
            endpoint_url=self.endpoint,
            region_name=self.region,
            aws_access_key_id=self.access_key,
            aws_secret_access_key=self.secret_key,
        )
        made = sts.assume_role(RoleArn=self._role, RoleSessionName="test", DurationSeconds=3600)["Credentials"]
        return made["AccessKeyId"], made["SecretAccessKey"], made["SessionToken"]

    def new_role(self):
        """Makes a role that the owner of the buckets may assume, and that may do everything; returns its ARN."""
        name = f"role-{uuid.uuid4().hex}"
        assume = {"Effect": "Allow", "Principal": {"AWS": ["arn:aws:iam:::user/test"]}, "Action": ["sts:AssumeRole"]}
        act = {"Effect": "Allow", "Action": ["s3:*"], "Resource": ["arn:aws:s3:::*"]}
        trust, policy = (json.dumps({"Version": "2012-10-17", "Statement": [one]}) for one in (assume, act))
        self._run_admin("role", "create", f"--role-name={name}", "--path=/", f"--assume-role-policy-doc={trust}")
        self._run_admin("role-policy", "put", f"--role-name={name}", "--policy-name=all", f"--policy-doc={policy}")
        return f"arn:aws:iam:::role/{name}"

    def _administer(self, *words):
        *words, access_key, secret_key = words
        self._run_admin(*words, f"--access-key={access_key}", f"--secret-key={secret_key}")

    def _run_admin(self, *words):
        command = ["radosgw-admin", "-c", str(self.directory / "ceph.conf"), *words]
        subprocess.run(command, check=True, capture_output=True, timeout=SCRIPT_SECONDS)

    def open_bucket(self, bucket, account, statements):
        """Lets an account use a bucket, as far as the statements of a policy say."""
        principal = {"AWS": [f"arn:aws:iam:::user/{account}"]}
        granted = [{**statement, "Principal": principal} for statement in statements]
        policy = {"Version": "2012-10-17", "Statement": granted}
        self.client.put_bucket_policy(Bucket=bucket, Policy=json.dumps(policy))

    def repair(self):
        """Ends every fault, whichever there is."""
        self._script("fault.sh", "resume", may_fail=True)  # a gateway that was killed cannot be resumed
        self._start()
        self.fault("storage-resume")
        self.fault("unsuspend")
        self.fault("proxy", "all", "none")

    def bring_back(self):
        """Starts the gateway again after fault("kill"), with its data."""
        self._start()

    def close(self):
        self._script("stop.sh")

    def _start(self):
        settings = dict(line.split("=", 1) for line in self._script("start.sh").splitlines() if "=" in line)
        self.endpoint = settings["S3_ENDPOINT"]
        self.proxy_endpoint = settings["S3_PROXY_ENDPOINT"]
        self.access_key = settings["S3_ACCESS_KEY"]
        self.secret_key = settings["S3_SECRET_KEY"]
        self.region = settings["S3_REGION"]

    def _script(self, name, *words, may_fail=False):
        command = [str(paths.S3_SCRIPTS / name), str(self.directory), *words]
        # Output goes to a file: the daemons that start.sh leaves behind would keep a pipe open.
        output = self.directory.with_suffix(".out")
        with open(output, "wb") as file:
            status = subprocess.run(
                command,
                env=self._environment,
                stdin=subprocess.DEVNULL,
                stdout=file,
                stderr=file,
                timeout=SCRIPT_SECONDS,
                check=False,
            ).returncode
        text = output.read_text()
        if status == PROGRAMS_MISSING:
            pytest.skip(text)
        if status != 0 and not may_fail:
            raise RuntimeError(f"{name} {' '.join(words)}: {text}")
        return text

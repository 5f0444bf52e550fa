"""Where AWS gives out temporary credentials (STS, the endpoint of containers, the metadata of EC2 instances), on loopback."""

import collections
import concurrent.futures
import datetime
import json
import threading
import urllib.parse
import uuid

from support.servers.loopback_http import LoopbackServer

ROLE = "history-role"
ROLE_ARN = "arn:aws:iam::123456789012:role/history-role"
CONTAINER_PATH = "/v1/credentials"
INSTANCE_PATH = "/latest/meta-data/iam/security-credentials/"
TOKEN_PATH = "/latest/api/token"
OVERSIZED = 200_000
HELD_SECONDS = 60
# How many credentials are made before they are asked for.
AHEAD = 2


class Asked:
    """A request that arrived."""

    def __init__(self, method, path, headers, body):
        self.method, self.path, self.headers = method, path, headers
        self.form = dict(urllib.parse.parse_qsl(body))


class AwsEndpoints:
    """All three in one server. `issue()` returns (access key, secret key, session token), anew for each answer and ahead of it:
    however long that takes on a busy machine, an answer is in time.

    `life` is what answers say about how long the credentials live, in seconds. `trouble` is what goes wrong:
    None, a status (500), "slow" (no answer before it is over), "broken" (no credentials in the answer), "cut" (the connection
    ends in the answer) or "oversized".
    """

    def __init__(self, issue):
        self._issue = issue
        self._issuer = concurrent.futures.ThreadPoolExecutor(1)
        self._issues = collections.deque(self._issuer.submit(issue) for _ in range(AHEAD))
        concurrent.futures.wait(self._issues)
        self._lock = threading.Lock()
        self._calm = threading.Event()
        self._calm.set()
        self._trouble = None
        self.life = 3600
        self.has_version_2 = True
        self.has_role = True
        self.asked = []
        self.issued = []
        self.end = None  # when what was issued last expires
        self._tokens = set()
        self._server = LoopbackServer(self._answer)

    @property
    def url(self):
        return self._server.url

    @property
    def trouble(self):
        return self._trouble

    @trouble.setter
    def trouble(self, what):
        self._trouble = what
        if what == "slow":
            self._calm.clear()
        else:
            self._calm.set()

    def forget_tokens(self):
        """As metadata does that was restarted: the tokens that it gave out are refused with 401."""
        with self._lock:
            self._tokens.clear()

    def asked_for(self, method, path):
        with self._lock:
            return [one for one in self.asked if (one.method, one.path) == (method, path)]

    def close(self):
        self.trouble = None
        self._server.close()
        self._issuer.shutdown(cancel_futures=True)

    # --- how a service finds it ---

    def container(self, **more):
        return {"AWS_CONTAINER_CREDENTIALS_FULL_URI": self.url + CONTAINER_PATH, **more}

    def instance(self, **more):
        return {"AWS_EC2_METADATA_SERVICE_ENDPOINT": self.url, **more}

    def web_identity(self, token_file, **more):
        return {
            "AWS_ENDPOINT_URL_STS": self.url,
            "AWS_ROLE_ARN": ROLE_ARN,
            "AWS_WEB_IDENTITY_TOKEN_FILE": str(token_file),
            **more,
        }

    # --- the answers ---

    def _answer(self, handler):
        body = handler.rfile.read(int(handler.headers.get("Content-Length", 0))).decode()
        with self._lock:
            self.asked.append(Asked(handler.command, handler.path, dict(handler.headers.items()), body))
        self._calm.wait(HELD_SECONDS)
        trouble = self._trouble
        if isinstance(trouble, int):
            self._send(handler, trouble, b"trouble")
        elif trouble == "broken":
            self._send(handler, 200, b'{"AccessKeyId":"half", "Sec')
        elif trouble == "oversized":
            self._send(handler, 200, b" " * OVERSIZED)
        elif trouble == "cut":
            self._send(handler, 200, b"{", length=1000)
            handler.close_connection = True
        else:
            self._send(handler, *self._what(handler))

    def _what(self, handler):
        asked = (handler.command, handler.path)
        if asked == ("POST", "/"):
            return 200, self._sts_credentials()
        if asked == ("GET", CONTAINER_PATH):
            return 200, self._json_credentials()
        if asked == ("PUT", TOKEN_PATH) and self.has_version_2:
            return 200, self._new_token(handler)
        if handler.path.startswith(INSTANCE_PATH) and handler.command == "GET":
            return self._instance_answer(handler)
        return 404, b"not found"

    def _new_token(self, handler):
        if handler.headers.get("X-aws-ec2-metadata-token-ttl-seconds") != "21600" or "X-Forwarded-For" in handler.headers:
            return b""
        token = uuid.uuid4().hex
        with self._lock:
            self._tokens.add(token)
        return token.encode()

    def _instance_answer(self, handler):
        with self._lock:
            known = handler.headers.get("X-aws-ec2-metadata-token") in self._tokens
        if not known:
            return 401, b"unauthorized"
        if not self.has_role:
            return 404, b"no role"
        if handler.path == INSTANCE_PATH:
            return 200, ROLE.encode()
        return 200, self._json_credentials(Code="Success", Type="AWS-HMAC")

    def _credentials(self):
        with self._lock:
            self._issues.append(self._issuer.submit(self._issue))
            issue = self._issues.popleft()
        issued = issue.result()
        end = datetime.datetime.now(datetime.timezone.utc) + datetime.timedelta(seconds=self.life)
        with self._lock:
            self.issued.append(issued)
            self.end = end
        return *issued, end.strftime("%Y-%m-%dT%H:%M:%SZ")

    def _json_credentials(self, **more):
        access_key, secret_key, token, end = self._credentials()
        parts = {"AccessKeyId": access_key, "SecretAccessKey": secret_key, "Token": token, "Expiration": end}
        return json.dumps({**more, **parts}).encode()

    def _sts_credentials(self):
        access_key, secret_key, token, end = self._credentials()
        return (
            '<AssumeRoleWithWebIdentityResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/">'
            "<AssumeRoleWithWebIdentityResult><Credentials>"
            f"<AccessKeyId>{access_key}</AccessKeyId><SecretAccessKey>{secret_key}</SecretAccessKey>"
            f"<SessionToken>{token}</SessionToken><Expiration>{end}</Expiration>"
            "</Credentials></AssumeRoleWithWebIdentityResult></AssumeRoleWithWebIdentityResponse>"
        ).encode()

    @staticmethod
    def _send(handler, status, content, length=None):
        handler.send_response(status)
        handler.send_header("Content-Length", str(length or len(content)))
        handler.end_headers()
        handler.wfile.write(content)

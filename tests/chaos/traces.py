"""What of a chaos run's deleted tenants is left behind the services: in the engine, in the file store and as bytes."""

import subprocess
import urllib.parse

import requests

from chaos.looking import wait_until_empty
from chaos.model import ACTIVE, GONE
from support.waiting import TIMEOUT_SECONDS, wait_until
from support.witnesses.leftovers import OWN_TABLES, databases, owners_in, registry_rows, tables_of_default
from support.witnesses.leftovers import NAMES as NAMES_TABLE
from support.witnesses.leftovers import SETTINGS as SETTINGS_TABLE


def check_late_uploads(deployment, model):
    """A link of a tenant that is gone lets nobody leave a file for long."""
    for tenant in model.having(GONE)[-3:]:
        for file_id, url in tenant.upload_urls[-1:]:
            # The local store's links lead to a service, which has another port after a restart.
            if deployment.files.kind == "local":
                url = urllib.parse.urlsplit(url)._replace(netloc=f"127.0.0.1:{deployment.instances[0].port}").geturl()
            reply = requests.put(url, data=b"late", timeout=TIMEOUT_SECONDS)
            key = f"{tenant.name}/{file_id}"
            wait_until(
                lambda key=key: key not in deployment.files.keys(key),
                f"the late file {key} of {tenant} is removed; its upload was answered with {reply.status_code}",
            )


def check_engine(deployment, model):
    """In the engine and in the file store is what belongs to the tenants that are there, and nothing else. An embedded
    engine can be read while its service does not run."""
    sql = deployment.instances[0].sql
    names = sorted(tenant.name for tenant in model.having(ACTIVE))
    ids = {tenant.client_id for tenant in model.having(ACTIVE)}

    def found():
        tables = tables_of_default(sql)
        strange = {
            "databases": sorted(set(databases(sql)) ^ set(names)),
            "tables in default": sorted(set(tables) - set(OWN_TABLES)),
            "rows of the registry": sorted({name for name, _ in registry_rows(sql)} ^ set(names)),
            "files": [key for key in deployment.files.keys() if key.split("/")[0] not in names],
        }
        for table in (SETTINGS_TABLE, NAMES_TABLE):
            strange[table] = sorted(set(owners_in(sql, table)) - ids) if table in tables else []
        return {what: which for what, which in strange.items() if which}

    wait_until_empty(found, f"what is behind the services is that of {names}, and nothing else")


def check_bytes(directory, model):
    """No byte of an event of a tenant that is gone is on the disk."""
    gone = [tenant.mark for tenant in model.having(GONE)]
    if not gone:
        return
    marks = "\n".join(gone) + "\n"
    command = ["grep", "-rlaF", "-f", "-", str(directory)]

    def found():
        ended = subprocess.run(command, input=marks, capture_output=True, text=True, check=False)
        return ended.stdout.split("\n")[:-1]

    wait_until_empty(found, "no event of a deleted tenant is on the disk")

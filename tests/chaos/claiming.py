"""How a client of a chaos run claims names for tenants and deletes tenants."""

from chaos.client import SECONDS, UNAVAILABLE, Client
from chaos.model import ACTIVE, GONE, NAMES, UNSETTLED
from support.answers.problems import CLIENT_EXISTS, NO_SUCH_CLIENT
from support.clients.load import at_once

CLAIMS = 3


class Claiming(Client):
    def claim(self):
        """Several clients want one name at once, through whichever instances."""
        name = self._random.choice(NAMES)
        if not self._model.take_name(name):
            return True
        label = f"label of {name}"
        body = {"database_name": name, "client_label": label}
        chosen = [self._instance() for _ in range(CLAIMS)]
        replies = at_once([
            lambda annals=annals: self._ask(lambda: annals.post_tenant(body, timeout=SECONDS)) for annals in chosen
        ])
        won = [reply.json() for reply in replies if reply is not None and reply.status_code == 201]
        open_claims = [reply for reply in replies if reply is None or reply.status_code in UNAVAILABLE]
        refused = [reply for reply in replies if reply is not None and reply.status_code == 400]
        others = [reply.text for reply in refused if reply.json() != CLIENT_EXISTS]
        if len(won) > 1 or others or len(won) + len(open_claims) + len(refused) < CLAIMS:
            found = [None if reply is None else (reply.status_code, reply.text[:200]) for reply in replies]
            self._model.complain(f"claims of the name {name}: expected one 201 and 400 {CLIENT_EXISTS}, got {found}")
        if not won and not open_claims:
            self._model.complain(f"claims of the name {name}, which was free: expected that one gets it, all were refused")
        if won:
            self._model.made(name, label, won[0]["client_id"])
        elif open_claims:
            self._model.unknown(name)
        else:
            self._model.not_made(name)
        return len(open_claims) < CLAIMS

    def delete(self):
        """Deletes a tenant, or tries again to."""
        tenants = [one for one in self._model.having(ACTIVE, UNSETTLED) if not one.keeps]
        if not tenants:
            return True
        tenant = self._random.choice(tenants)
        self._model.begin_deletion(tenant)
        annals = self._instance()
        reply = self._ask(lambda: annals.delete(tenant.client_id, timeout=SECONDS))
        if reply is None or reply.status_code in UNAVAILABLE:
            return reply is not None
        # Another deletion may have ended before this one, whenever it began and whatever became of its answer.
        by_another = tenant.deletions > 1 and reply.status_code == 400 and reply.json() == NO_SUCH_CLIENT
        if reply.status_code == 204 or by_another:
            self._model.gone(tenant)
        elif reply.status_code != 400 or "files not deleted" not in reply.text:
            # Of two deletions at once, one finds that the other has ended.
            if tenant.state != GONE:
                self._model.complain(f"a deletion of {tenant}: expected 204, got {reply.status_code} {reply.text[:300]}")
        return True

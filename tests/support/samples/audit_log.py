"""A sample of what companies put into audit logs: three services in the shapes of public formats (a cloud's API calls, a
cluster's requests, a forge's repositories), with UUIDs as records, types and sources with words for ids, and names and
texts in nine scripts. It is always the same."""

import random
import uuid

# By the ids as queries have them: the text 17 in quotation marks.
NAMES = {
    "event_types": {
        "iam.CreateUser": "Пользователь создан",
        "iam.AttachPolicy": "Policy attached",
        "k8s.update": "更新",
        "k8s.delete": "削除",
        "repo.rename": "Repository renamed",
        "repo.transfer": "저장소 이전",
    },
    "source_types": {"user": "Person", "service": "Dienst"},
    "sources": {
        "user": {"yamada": "山田 太郎", "olga": "Ольга Иванова", "somchai": "สมชาย", "o'neill": "Seán O'Neill", '"17"': "كريم"},
        "service": {"ci": "Build robot"},
    },
}
_RECORDS = 12
_TEXTS = {
    "iam.CreateUser": ["создан пользователь Ольга Иванова", "user created after approval", "تم إنشاء المستخدم كريم"],
    "iam.AttachPolicy": ["policy Administrator attached to the role ops", "Zugriff für Prüfer gewährt, straße 12"],
    "k8s.update": ["本番環境の設定を更新しました", "deployment scaled from 3 to 5 replicas", "ปรับปรุงการตั้งค่าเรียบร้อย"],
    "k8s.delete": ["古い設定を削除しました", "pod deleted: out of memory 🔥"],
    "repo.rename": ["renamed from „alt“ to \"new name\"", "перейменовано сховище", "שם המאגר שונה"],
    "repo.transfer": ["저장소를 다른 조직으로 이전했습니다", "ownership transferred; approval no. 10.0.0.1"],
}
_RESULTS = ["success", "denied", "error", None]


def _data_of(kind, text, chosen):
    person = {"name": chosen.choice(["山田 太郎", "Ольга", "Seán"]), "mfa": chosen.random() < 0.5}
    common = {"message": text, "result": chosen.choice(_RESULTS)}
    if kind.startswith("iam."):
        request = {"userName": chosen.choice(["olga", "kareem"]), "tags": [{"key": "env", "value": "prod"}]}
        return {**common, "userIdentity": person, "requestParameters": request, "sourceIPAddress": "192.0.2.7"}
    if kind.startswith("k8s."):
        reference = {"resource": "deployments", "namespace": chosen.choice(["本番", "staging"]), "name": "web"}
        return {**common, "objectRef": reference, "responseStatus": {"code": chosen.choice([200, 403, 409])}, "user": person}
    return {**common, "repo": {"full_name": f"org/{chosen.choice(['alpha', 'бета'])}", "id": 2**53 + chosen.randrange(9)}, "public": False}


def audit_log(count=240):
    """Events in the order in which they happened."""
    chosen = random.Random(7)

    def some_uuid():
        return str(uuid.UUID(int=chosen.getrandbits(128), version=4))

    records = [some_uuid() for _ in range(_RECORDS)]
    sources = [("user", one.strip('"')) for one in NAMES["sources"]["user"]] + [("service", "ci")]
    events = []
    for n in range(count):
        kind = chosen.choice(list(_TEXTS))
        source_type, source = chosen.choice(sources)
        events.append(
            {
                "event_id": some_uuid(),
                "event_time": f"2026-03-{1 + n // 24:02}T{n % 24:02}:{chosen.randrange(60):02}:30.{chosen.randrange(1000):03}Z",
                "event_type_id": kind,
                "record_id": chosen.choice(records),
                "source_type_id": source_type,
                "source_id": source,
                "event_data": _data_of(kind, chosen.choice(_TEXTS[kind]), chosen),
                "file_id": None,
                "apiVersion": "audit.example/v1",
            }
        )
    return events

"""What cannot be guarded is refused: nothing is written, and the message names the object, what is
wrong, and what to do."""

import unittest

import cases
from command import called

POD = """\
apiVersion: v1
kind: Pod
metadata:
  name: web
  namespace: shop
spec:
  containers:
  - name: app
    image: app
    ports:
    - containerPort: 8080
"""


def pod(more, text=POD):
    return f"{text}{more}"


def with_annotation(line):
    return POD.replace("spec:\n", f"  annotations:\n    {line}\nspec:\n")


def with_port(text):
    return POD.replace("    - containerPort: 8080\n", text)


JOB = """\
apiVersion: batch/v1
kind: Job
metadata: {name: once}
spec:
  template:
    spec:
      restartPolicy: Never
      containers: [{name: app, image: app, ports: [{containerPort: 8080}]}]
"""

KNATIVE = """\
apiVersion: serving.knative.dev/v1
kind: Service
metadata: {name: hello}
spec:
  template:
    spec:
      containers: [{image: app, ports: [{containerPort: 8080}]}]
"""

# What is refused: flags, manifest, and words that must be in the message.
REFUSALS = {
    "host network": ([], pod("  hostNetwork: true\n"), ["Pod shop/web", "hostNetwork", "gateway"]),
    "windows": ([], pod("  os: {name: windows}\n"), ["Pod shop/web", "Windows", "Linux"]),
    "knative": ([], KNATIVE, ["Service hello", "Knative", "gateway", 'portcullis/inject: "false"']),
    "a plain one beside knative": (["--native=false"], KNATIVE, ["Service hello", "Knative"]),
    "a pod that knative made": (
        ["--app-port=8080"],
        pod("  - {name: queue-proxy, image: queue, ports: [{containerPort: 8012}]}\n"),
        ["Pod shop/web", "queue-proxy", "gateway"],
    ),
    "a plain one beside a job": (["--native=false"], JOB, ["Job once", "never", "native sidecar"]),
    "a plain one beside a pod that ends": (
        ["--native=false"],
        pod("  restartPolicy: OnFailure\n"),
        ["Pod shop/web", "native sidecar"],
    ),
    "no port": (
        [],
        POD[: POD.index("    ports:")],
        ["Pod shop/web", "no container declares a port", "--app-port", 'portcullis/inject: "false"'],
    ),
    "several ports": (
        [],
        with_port("    - containerPort: 8080\n    - containerPort: 9090\n"),
        ["Pod shop/web", "8080, 9090", "--app-port", "portcullis/app-port"],
    ),
    "several ports of a service": (
        [],
        POD.replace("  namespace: shop\n", "  labels: {app: web}\n")
        + "---\napiVersion: v1\nkind: Service\nmetadata: {name: web}\n"
        + "spec: {selector: {app: web}, ports: [{port: 8080}, {port: 9090}, {port: 81, targetPort: 8080}]}\n",
        ["Pod web", "8080, 9090;", "--app-port"],
    ),
    "a name that is no port": (["--app-port=http"], POD, ["Pod shop/web", '"http"', "portcullis/app-port"]),
    "the port is taken": (
        [],
        with_port("    - containerPort: 8080\n    - containerPort: 18080\n") + "---\n",
        ["Pod shop/web", "8080, 18080"],
    ),
    "the port is declared": (
        ["--app-port=8080"],
        with_port("    - containerPort: 8080\n    - containerPort: 18080\n"),
        ["Pod shop/web", "18080 already", "--port", "portcullis/port"],
    ),
    "the telemetry port is declared": (
        ["--app-port=8080"],
        with_port("    - containerPort: 8080\n    - containerPort: 9180\n"),
        ["Pod shop/web", "9180 already", "--telemetry-port", "portcullis/telemetry-port"],
    ),
    "the port is the application's": (
        ["--upstream=http://127.0.0.1:18080"],
        POD,
        ["Pod shop/web", "18080", "portcullis/port"],
    ),
    "both ports are one": (
        ["--port=9180"],
        POD,
        ["Pod shop/web", "port and telemetry-port are both 9180"],
    ),
    "a volume of that name": (
        ["--config-map=portcullis"],
        pod("  volumes: [{name: portcullis-config, emptyDir: {}}]\n"),
        ["Pod shop/web", "volume portcullis-config", "another name"],
    ),
    "a port of that name": (
        [],
        with_port("    - {name: portcullis, containerPort: 8080}\n"),
        ["Pod shop/web", "container app", "portcullis", "another name"],
    ),
    "something where the socket goes": (
        ["--upstream=unix:/run/portcullis/a.sock"],
        pod("    volumeMounts: [{name: run, mountPath: /run/portcullis}]\n  volumes: [{name: run, emptyDir: {}}]\n"),
        ["Pod shop/web", "container app", "/run/portcullis", "elsewhere"],
    ),
    "a socket that the sidecar would not see": (
        [],
        with_annotation("portcullis/upstream: unix:/var/run/portcullis/a.sock"),
        ["Pod shop/web", "unix:/var/run/portcullis/a.sock", "portcullis/upstream", "unix:/run/portcullis/NAME"],
    ),
    "a probe by grpc over a socket": (
        ["--upstream=unix:/run/portcullis/a.sock"],
        pod("    livenessProbe: {grpc: {port: 8080}}\n"),
        ["Pod shop/web", "livenessProbe", "container app", "gRPC", "httpGet or exec"],
    ),
    "an unknown annotation": (
        [],
        with_annotation('portcullis/appport: "8080"'),
        ["Pod shop/web", "portcullis/appport", "portcullis/app-port"],
    ),
    "an annotation that is no text": (
        [],
        with_annotation("portcullis/app-port: 8080"),
        ["Pod shop/web", "portcullis/app-port", "quotes"],
    ),
    "a wish that is no text": (
        ["--annotated-only"],
        with_annotation("portcullis/inject: true"),
        ["Pod shop/web", "portcullis/inject", "quotes"],
    ),
    "a wish that is neither": (
        [],
        with_annotation("portcullis/inject: maybe"),
        ["Pod shop/web", '"maybe"', '"true" or "false"'],
    ),
    "a port that is none": (
        [],
        with_annotation('portcullis/port: "70000"'),
        ["Pod shop/web", '"70000"', "1 to 65535"],
    ),
    "a bad address in an annotation": (
        [],
        with_annotation("portcullis/upstream: 127.0.0.1:8080"),
        ["Pod shop/web", "http://HOST:PORT", "--upstream", "portcullis/upstream"],
    ),
    "a policy for a pod without labels": (
        ["--network-policy"],
        POD,
        ["Pod shop/web", "labels", "NetworkPolicy"],
    ),
    "a policy behind an object of JSON": (
        ["--network-policy"],
        '{"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "web", "labels": {"app": "web"}}, '
        '"spec": {"containers": [{"name": "app", "image": "app", "ports": [{"containerPort": 8080}]}]}}',
        ["Pod web", "--network-policy", "JSON", "YAML", "List"],
    ),
    "aliases where it belongs": (
        [],
        "x: &containers\n- {name: app, image: app, ports: [{containerPort: 8080}], livenessProbe: {tcpSocket: {port: 8080}}}\n"
        + POD[: POD.index("  containers:")]
        + "  containers: *containers\n",
        ["Pod shop/web", "anchors", "write these parts out"],
    ),
    "a last line without an end": (
        [],
        POD + "    args:\n    - |\n      one\n      two",
        ["Pod shop/web", "last line", "end that line"],
    ),
    "what is no YAML": ([], POD + "  more: [\n", ["line ", "not YAML"]),
    "a template": ([], POD.replace("image: app", "image: {{ .Values.image }}"), ["line "]),
    "a key twice": ([], POD.replace("  namespace: shop\n", "  name: shop\n"), ["line 5", '"name"', "twice"]),
    "bytes": ([], b"\x1f\x8b\x08\x00\xff\xfe", ["UTF-8"]),
    "zeros": ([], b"\0\0\0\0", ["not YAML"]),
}

# What is refused before anything is read: flags, the exit code, and words of the message.
USAGE = {
    "a secret": (["--set=keystone.password=hunter2"], 3, ["keystone.password"]),
    "a key that is not there": (["--set=cache.size=1"], 3, ["cache.size"]),
    "admin pages for all": (["--set=admin.listen=[::]:9181"], 3, ["admin.listen", "[::]:9181", "loopback"]),
    "no value": (["--set=cache.ttl"], 2, ["KEY=VALUE"]),
    "a port too large": (["--port=65536"], 2, ["65536", "--port"]),
    "no quantity": (["--memory=lots"], 2, ["lots", "128Mi"]),
    "no file": (["no-such-file.yaml"], 1, ["no-such-file.yaml"]),
}


class Refusals(unittest.TestCase):
    def test_messages_name_the_object_the_fault_and_the_remedy(self):
        for name, (flags, given, words) in REFUSALS.items():
            with self.subTest(name):
                done = called("inject", cases.KEYSTONE, *flags, given=given)
                self.assertEqual((done.code, done.out), (1, b""), done.said)
                for word in words:
                    self.assertIn(word, done.said)

    def test_wrong_flags_are_refused_before_anything_is_read(self):
        for name, (flags, code, words) in USAGE.items():
            with self.subTest(name):
                done = called("inject", cases.KEYSTONE, *flags, given=POD)
                self.assertEqual((done.code, done.out), (code, b""), done.said)
                for word in words:
                    self.assertIn(word, done.said)
                self.assertNotIn("hunter2", done.said)

    def test_addresses_are_looked_at(self):
        for flags in (
            ["--keystone-url=keystone.example"],
            ["--keystone-url=https://"],
            ["--keystone-url=unix:/run/keystone"],
            [cases.KEYSTONE, "--upstream=ftp://127.0.0.1"],
            [cases.KEYSTONE, "--upstream=unix:relative"],
            [cases.KEYSTONE, "--upstream=http://127.0.0.1:80 80"],
        ):
            with self.subTest(flags):
                done = called("inject", *flags, given=POD)
                self.assertEqual((done.code, done.out), (1, b""))
                self.assertIn("is no address", done.said)

    def test_somebody_must_say_where_keystone_is(self):
        done = called("inject", given=POD)
        self.assertEqual((done.code, done.out), (1, b""))
        for word in ("Pod shop/web", "Keystone", "--keystone-url", "--config-map", "portcullis/config"):
            self.assertIn(word, done.said)

    def test_all_refusals_are_told_at_once(self):
        given = pod("  hostNetwork: true\n") + "---\n" + JOB + "      os: {name: windows}\n"
        done = called("inject", cases.KEYSTONE, given=given)
        self.assertEqual((done.code, done.out), (1, b""))
        self.assertIn("Pod shop/web", done.said)
        self.assertIn("Job once", done.said)

    def test_one_that_is_refused_keeps_all_others_back(self):
        given = POD + "---\n" + pod("  hostNetwork: true\n").replace("name: web", "name: other")
        done = called("inject", cases.KEYSTONE, given=given)
        self.assertEqual((done.code, done.out), (1, b""))
        self.assertNotIn("shop/web", done.said)

    def test_whoever_says_no_is_not_asked_more(self):
        given = with_annotation('portcullis/inject: "false"').replace("containerPort: 8080", "hostPort: 1")
        done = called("inject", given=given + "  hostNetwork: true\n")
        self.assertEqual(done.code, 0, done.said)

    def test_uninject_refuses_what_it_cannot_read(self):
        for given in (b"a: [\n", b"\xff", b"a: 1\na: 2\n"):
            done = called("uninject", given=given)
            self.assertEqual((done.code, done.out), (1, b""))
            self.assertNotEqual(done.said, "")

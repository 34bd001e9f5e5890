"""S3 servers of others on loopback, started for a moment, and their clients: `rclone serve s3` (checks signatures, keeps
objects as files), moto (S3 and SQS with notifications), and one that answers everything with the same error."""
import contextlib
import ctypes
import http.client
import http.server
import os
import pathlib
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time

REPOSITORY = pathlib.Path(__file__).resolve().parents[2]
ENVIRONMENT = REPOSITORY / ".build" / "test-venv"
ACCESS_KEY, SECRET_KEY, REGION = "SLUICETESTKEY", "sluice-test-secret", "us-east-1"

# Servers on loopback are never reached through a proxy; what this machine has of credentials is nobody's business here.
os.environ["NO_PROXY"] = os.environ["no_proxy"] = "127.0.0.1,localhost"
for name in [name for name in os.environ if name.startswith(("AWS_", "RCLONE_"))]:
    del os.environ[name]
os.environ.update(S3_TEST_KEY=ACCESS_KEY, S3_TEST_SECRET=SECRET_KEY, AWS_EC2_METADATA_DISABLED="true")


def enter_environment():
    """Goes on with the Python that has boto3, when this one is another."""
    if pathlib.Path(sys.prefix) == ENVIRONMENT:
        return
    python = ENVIRONMENT / "bin" / "python"
    if not python.exists():
        sys.exit(f"{python} is missing; 'make setup-test' makes it")
    os.execv(python, [str(python), "-B", *sys.argv])


def free_port():
    with socket.socket() as door:
        door.bind(("127.0.0.1", 0))
        return door.getsockname()[1]


def end_with_parent():
    """Runs in the child: it ends when the thread that started it does (prctl(2), PR_SET_PDEATHSIG)."""
    ctypes.CDLL(None).prctl(1, signal.SIGKILL)


def client(endpoint, service="s3", access_key=ACCESS_KEY, secret_key=SECRET_KEY, region=REGION, **more):
    import boto3
    import botocore.config
    config = botocore.config.Config(retries={"max_attempts": 2}, connect_timeout=5, read_timeout=30, max_pool_connections=32,
                                    s3={"addressing_style": "path"}, request_checksum_calculation="when_required",
                                    response_checksum_validation="when_required")
    return boto3.client(service, endpoint_url=endpoint, aws_access_key_id=access_key, aws_secret_access_key=secret_key,
                        region_name=region, config=config, **more)


class Server:
    """A server's process on a port that stays the same when it is started again."""

    scheme = "http"

    def __init__(self, buckets=()):
        self.port, self.process, self.buckets = free_port(), None, buckets
        self.root = pathlib.Path(tempfile.mkdtemp(prefix="sluice-s3-"))

    @property
    def endpoint(self):
        return f"{self.scheme}://127.0.0.1:{self.port}"

    def __enter__(self):
        self.start()
        for name in self.buckets:
            self.s3.create_bucket(Bucket=name)
        return self

    def __exit__(self, *_):
        self.stop()
        shutil.rmtree(self.root, ignore_errors=True)

    def start(self):
        with open(self.root / "server.log", "ab") as log:
            self.process = subprocess.Popen(self.command(), stdin=subprocess.DEVNULL, stdout=log, stderr=log, cwd=self.root,
                                            start_new_session=True, preexec_fn=end_with_parent)
        deadline = time.monotonic() + 60
        while True:
            try:
                socket.create_connection(("127.0.0.1", self.port), 1).close()
                break
            except OSError:
                if self.process.poll() is not None or time.monotonic() > deadline:
                    raise AssertionError(f"{self.command()[0]} did not start:\n{(self.root / 'server.log').read_text()[-2000:]}")
                time.sleep(0.05)
        self.s3 = client(self.endpoint)

    def stop(self):
        if self.process:
            self.process.kill()
            self.process.wait()
            self.process = None

    # What the outside sees.

    def settings(self, bucket, **more):
        """The bucket as the configuration has it."""
        fields = {"bucket": bucket, "region": REGION, "endpoint": f'"{self.endpoint}"', "path_style": "true",
                  "credentials": "{ access_key: { env: S3_TEST_KEY }, secret_key: { env: S3_TEST_SECRET } }", **more}
        return "s3: { " + ", ".join(f"{name}: {value}" for name, value in fields.items()) + " }"

    def put(self, bucket, key, data, **more):
        return self.s3.put_object(Bucket=bucket, Key=key, Body=data, **more)

    def get(self, bucket, key):
        return self.s3.get_object(Bucket=bucket, Key=key)["Body"].read()

    def head(self, bucket, key):
        return self.s3.head_object(Bucket=bucket, Key=key)

    def listing(self, bucket, prefix=""):
        """Objects by key, without what lies below `.sluice/`."""
        pages = self.s3.get_paginator("list_objects_v2").paginate(Bucket=bucket, Prefix=prefix)
        return {entry["Key"]: entry for page in pages for entry in page.get("Contents", [])
                if not entry["Key"].startswith(".sluice/")}

    def keys(self, bucket, prefix=""):
        return sorted(self.listing(bucket, prefix))

    def uploads(self, bucket):
        """Multipart uploads that are neither completed nor aborted."""
        try:
            return self.s3.list_multipart_uploads(Bucket=bucket).get("Uploads", [])
        except self.s3.exceptions.ClientError as error:
            # rclone's server says so of a bucket that never had an upload.
            if error.response["Error"]["Code"] != "NoSuchUpload":
                raise
            return []


class Rclone(Server):
    """`rclone serve s3` over a folder: each bucket is a directory. It checks signatures; it takes no notice of conditions."""

    def __init__(self, buckets=(), tls=None, tells=False):
        super().__init__(buckets)
        self.tls, self.scheme, self.tells = tls, "https" if tls else "http", tells
        (self.root / "objects").mkdir()

    def command(self):
        tls = ["--cert", str(self.tls.certificate), "--key", str(self.tls.key)] if self.tls else []
        return [str(ENVIRONMENT / "bin" / "rclone"), "serve", "s3", str(self.root / "objects"), "--addr", f"127.0.0.1:{self.port}",
                "--auth-key", f"{ACCESS_KEY},{SECRET_KEY}", "--config", os.devnull,
                # Without it two keys that differ in their Unicode form only are one object.
                "--no-unicode-normalization",
                # Two uploads that make the same folders at once confuse its memory of folders: one cannot be completed until
                # that is read again, for five minutes by default.
                "--dir-cache-time", "1s", *tls, *(["-vv"] if self.tells else [])]

    def start(self):
        super().start()
        if self.tls:
            self.s3 = client(self.endpoint, verify=str(self.tls.authority))

    def heads(self, bucket, key):
        """How often an object was asked for by HEAD, where the server tells what it does."""
        assert self.tells
        lines = (self.root / "server.log").read_text().splitlines()
        return sum(text.endswith(f": HEAD OBJECT {bucket} {key}") for text in lines)

    def temporary(self):
        """Files that rclone itself left of uploads that were neither ended nor aborted."""
        return [path for path in (self.root / "objects").rglob(".rclone_temp_*") if path.is_file()]


class Moto(Server):
    """moto's server: S3 and SQS in memory, with notifications from one to the other. It checks no signatures."""

    def command(self):
        return [str(ENVIRONMENT / "bin" / "python"), "-m", "moto.server", "-H", "127.0.0.1", "-p", str(self.port)]

    def start(self):
        super().start()
        self.sqs = client(self.endpoint, "sqs")

    def notify(self, bucket, queue="events"):
        """Sends what happens in a bucket to a queue; returns the queue's URL."""
        url = self.sqs.create_queue(QueueName=queue)["QueueUrl"]
        arn = self.sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["QueueArn"])["Attributes"]["QueueArn"]
        self.s3.put_bucket_notification_configuration(Bucket=bucket, NotificationConfiguration={
            "QueueConfigurations": [{"QueueArn": arn, "Events": ["s3:ObjectCreated:*", "s3:ObjectRemoved:*"]}]})
        return url

    def waiting(self, url):
        """How many messages a queue holds, those in flight included."""
        names = ["ApproximateNumberOfMessages", "ApproximateNumberOfMessagesNotVisible"]
        return sum(map(int, self.sqs.get_queue_attributes(QueueUrl=url, AttributeNames=names)["Attributes"].values()))


class Refusing:
    """A server that answers every request with the same error, and remembers what it was asked."""

    def __init__(self, status, code, headers=(), extra=""):
        self.requests, body = [], f"<Error><Code>{code}</Code><Message>no</Message>{extra}</Error>".encode()
        asked = self.requests

        class Handler(http.server.BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def answer(self):
                self.rfile.read(int(self.headers.get("Content-Length") or 0))
                asked.append((self.command, self.path))
                self.send_response(status)
                for name, value in [("Content-Type", "application/xml"), ("Content-Length", str(len(body))), *headers]:
                    self.send_header(name, value)
                self.end_headers()
                if self.command != "HEAD":
                    self.wfile.write(body)
            do_GET = do_PUT = do_POST = do_HEAD = do_DELETE = answer

            def log_message(self, *_):
                pass
        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.server.daemon_threads = True
        self.server.handle_error = lambda *_: None  # A killed client resets its connections.
        self.port = self.server.server_address[1]
        self.endpoint = f"http://127.0.0.1:{self.port}"

    settings = Server.settings

    def __enter__(self):
        threading.Thread(target=self.server.serve_forever, daemon=True).start()
        return self

    def __exit__(self, *_):
        self.server.shutdown()
        self.server.server_close()


class Certificates:
    """A certificate authority of our own and a certificate for 127.0.0.1, as PEM files in a folder."""

    def __init__(self, folder, host="127.0.0.1"):
        from cryptography import x509
        from cryptography.hazmat.primitives import hashes, serialization
        from cryptography.hazmat.primitives.asymmetric import ec
        import datetime
        import ipaddress
        self.authority, self.certificate, self.key = folder / "ca.pem", folder / "server.pem", folder / "server.key"
        now = datetime.datetime.now(datetime.timezone.utc)
        root_key, key = ec.generate_private_key(ec.SECP256R1()), ec.generate_private_key(ec.SECP256R1())
        root_name = x509.Name([x509.NameAttribute(x509.oid.NameOID.COMMON_NAME, "Sluice test authority")])

        def made(subject, public, extension, critical):
            builder = x509.CertificateBuilder().subject_name(subject).issuer_name(root_name).public_key(public)
            builder = builder.serial_number(x509.random_serial_number()).not_valid_before(now - datetime.timedelta(days=1))
            builder = builder.not_valid_after(now + datetime.timedelta(days=2)).add_extension(extension, critical)
            return builder.sign(root_key, hashes.SHA256()).public_bytes(serialization.Encoding.PEM)
        try:
            place = x509.IPAddress(ipaddress.ip_address(host))
        except ValueError:
            place = x509.DNSName(host)
        self.authority.write_bytes(made(root_name, root_key.public_key(), x509.BasicConstraints(ca=True, path_length=0), True))
        name = x509.Name([x509.NameAttribute(x509.oid.NameOID.COMMON_NAME, "server")])
        self.certificate.write_bytes(made(name, key.public_key(), x509.SubjectAlternativeName([place]), False))
        self.key.write_bytes(key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8,
                                               serialization.NoEncryption()))


def rclone(server, *arguments):
    """Runs rclone as a client of a server; `store:bucket/key` names an object."""
    settings = {"TYPE": "s3", "PROVIDER": "Other", "ENDPOINT": server.endpoint, "ACCESS_KEY_ID": ACCESS_KEY,
                "SECRET_ACCESS_KEY": SECRET_KEY, "REGION": REGION}
    environment = dict(os.environ, **{f"RCLONE_CONFIG_STORE_{name}": value for name, value in settings.items()})
    done = subprocess.run([str(ENVIRONMENT / "bin" / "rclone"), "--config", os.devnull, *arguments], env=environment,
                          stdin=subprocess.DEVNULL, capture_output=True)
    assert done.returncode == 0, f"rclone {arguments}: {done.stderr.decode()}"
    return done.stdout


def post(port, path, body, headers):
    """Posts to a webhook; returns the status."""
    with contextlib.closing(http.client.HTTPConnection("127.0.0.1", port, timeout=10)) as connection:
        connection.request("POST", path, body, {"Content-Type": "application/json", **headers})
        answer = connection.getresponse()
        answer.read()
        return answer.status

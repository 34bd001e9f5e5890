#!/usr/bin/env python3
"""Write deterministic, realistic logs to standard output, for benchmarks and demonstrations.

usage: generate_logs.py KIND LINES [SEED]

combined  access log in the combined format, about 175 bytes a line
ndjson    one JSON object a line, 14 fields, about 450 bytes, with addresses, e-mails and escaped quotes
csv       a header and records with quoted fields and doubled quotes, RFC 4180 but for the line feed
logfmt    name=value pairs, some quoted
syslog    RFC 3164 and RFC 5424 with structured data, mixed
cri       lines as containerd and CRI-O write them, one in fifty of two parts (P, F)
docker    lines of Docker's json-file driver
app       a plain application log: 2026-10-01 00:00:00,037 INFO  [worker-3] com.acme.Orders - text
alb       AWS Application Load Balancer access log, 30 fields
w3c       W3C extended log of IIS, with its four directives
java      the same as app with stack traces: one event in eight has 6 to 30 lines more

The first two are made record by record, 15 % of them with a status of 400 or more. The others vary 16,384 ready lines by
their time, which makes more than 50 MB/s; LINES counts events, which `cri` and `java` write on several lines.
"""
import csv
import datetime
import io
import json
import random
import sys

PATHS = [
    "/", "/index.html", "/healthz", "/api/v1/orders", "/api/v1/orders/{number}", "/api/v1/users/{number}/profile",
    "/static/app.{hash:08x}.js", "/static/img/{number}.png", "/search?q={word}", "/login",
    "/api/v2/cart/{number}/items?ref={word}",
]
AGENTS = [
    "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/126.0.0.0 Safari/537.36",
    "Mozilla/5.0 (iPhone; CPU iPhone OS 17_5 like Mac OS X) AppleWebKit/605.1.15 Version/17.5 Mobile/15E148 Safari/604.1",
    "Mozilla/5.0 (X11; Linux x86_64; rv:127.0) Gecko/20100101 Firefox/127.0",
    "Googlebot/2.1 (+http://www.google.com/bot.html)", "curl/8.5.0", "okhttp/4.12.0", "python-requests/2.31.0",
]
WORDS = "amber birch cedar dune ember fjord grove heath islet jetty knoll larch mesa north oak pine".split()
STATUS = {200: 700, 201: 20, 204: 20, 301: 30, 304: 80, 400: 20, 401: 15, 403: 10, 404: 60, 429: 5, 500: 20,
          502: 10, 503: 10}
START = datetime.datetime(2026, 10, 1, tzinfo=datetime.timezone.utc)


def request(rng, number):
    """The facts of one request."""
    path = rng.choice(PATHS).format(number=rng.randrange(10**6), hash=rng.getrandbits(32), word=rng.choice(WORDS))
    return {
        "time": START + datetime.timedelta(milliseconds=37 * number),
        "ip": f"{rng.randrange(1, 224)}.{rng.randrange(256)}.{rng.randrange(256)}.{rng.randrange(256)}",
        "user": rng.choice(["-", "-", "-", "alice", "bob", f"carol{rng.randrange(1000)}"]),
        "method": rng.choices(["GET", "POST", "PUT", "DELETE"], [80, 15, 4, 1])[0],
        "path": path,
        "status": rng.choices(list(STATUS), list(STATUS.values()))[0],
        "bytes": int(rng.lognormvariate(8, 1.6)),
        "seconds": round(rng.lognormvariate(-3, 1), 3),
        "agent": rng.choice(AGENTS),
    }


def combined(rng, r):
    referer = rng.choice(["-", "https://example.com/", f"https://www.google.com/search?q={rng.choice(WORDS)}"])
    return (f'{r["ip"]} - {r["user"]} [{r["time"]:%d/%b/%Y:%H:%M:%S +0000}] "{r["method"]} {r["path"]} HTTP/1.1" '
            f'{r["status"]} {r["bytes"]} "{referer}" "{r["agent"]}"')


def ndjson(rng, r):
    return json.dumps({
        "timestamp": r["time"].isoformat(timespec="milliseconds"),
        "level": rng.choice(["INFO", "INFO", "INFO", "WARN", "ERROR"]),
        "service": rng.choice(["orders", "users", "cart", "edge"]),
        "client_ip": r["ip"], "user": r["user"], "method": r["method"], "path": r["path"], "status": r["status"],
        "bytes": r["bytes"], "duration_s": r["seconds"], "user_agent": r["agent"],
        "trace_id": f"{rng.getrandbits(128):032x}", "email": f"{rng.choice(WORDS)}@example.com",
        "message": f'request completed "{r["path"]}" in {r["seconds"] * 1000:.1f} ms',
    })


POOL = 16384
STEP_MILLISECONDS = 37
LOGGERS = ["com.acme.orders.OrderService", "com.acme.cart.CartController", "com.acme.http.AccessFilter",
           "com.acme.db.ConnectionPool", "org.apache.kafka.clients.NetworkClient"]
CAUSES = ["java.net.SocketTimeoutException: Read timed out", "java.lang.NullPointerException", "java.io.IOException: Broken pipe",
          'java.lang.IllegalStateException: order "4711" is closed']


def sentence(rng):
    return rng.choice([
        f"order {rng.randrange(10**6)} placed in {rng.randrange(900)} ms", f"cache miss for key user:{rng.randrange(10**5)}",
        f'could not parse "{rng.choice(WORDS)}", using the default', f"GET /api/v1/{rng.choice(WORDS)} 200 {rng.randrange(90)} ms",
        f"retrying {rng.choice(WORDS)} after {rng.randrange(1, 9)} attempts", f"connected to 10.0.{rng.randrange(256)}.7:5432"])


def quoted(fields):
    text = io.StringIO()
    csv.writer(text, lineterminator="").writerow(fields)
    return text.getvalue()


def csv_pool(rng, r):
    message = f'request "{rng.choice(WORDS)}", done' if rng.random() < 0.3 else sentence(rng)
    return "", "," + quoted([r["ip"], r["user"], r["method"], r["path"], r["status"], r["bytes"], r["seconds"], r["agent"], message])


def logfmt_pool(rng, r):
    message = sentence(rng).replace('"', '\\"')
    return "ts=", (f' level={rng.choice(["info", "info", "warn", "error"])} service={rng.choice(["orders", "users", "cart"])} '
                   f'client_ip={r["ip"]} method={r["method"]} path={r["path"].split("?")[0]} status={r["status"]} '
                   f'bytes={r["bytes"]} took={r["seconds"]}s msg="{message}"')


def syslog_pool(rng, r):
    priority = rng.choice([3, 4, 16, 20]) * 8 + rng.randrange(3, 7)
    host, program, text = f"web{rng.randrange(1, 9)}", rng.choice(["sshd", "nginx", "cron", "orders"]), sentence(rng)
    if rng.random() < 0.5:
        return 1, f"<{priority}>", f" {host} {program}[{rng.randrange(100, 32768)}]: {text}"
    data = rng.choice(["-", f'[meta@32473 seq="{rng.randrange(10**6)}" zone="eu-{rng.choice(WORDS)}"]',
                       f'[a@32473 q="say \\"{rng.choice(WORDS)}\\""][b@32473 n="{rng.randrange(99)}"]'])
    return 0, f"<{priority}>1 ", f" {host}.example.com {program} {rng.randrange(100, 32768)} ID{rng.randrange(99)} {data} {text}"


def cri_pool(rng, r):
    stream = rng.choice(["stdout", "stdout", "stderr"])
    if rng.random() < 0.02:
        return [("", f" {stream} P {sentence(rng)} "), ("", f" {stream} F {sentence(rng)}")]
    return "", f" {stream} F {sentence(rng)}"


def docker_pool(rng, r):
    log = json.dumps(f'level={rng.choice(["info", "warn"])} path={r["path"]} msg="{sentence(rng)}"\n')
    return f'{{"log":{log},"stream":"{rng.choice(["stdout", "stdout", "stderr"])}","time":"', '"}'


def app_pool(rng, r):
    level = rng.choice(["INFO ", "INFO ", "INFO ", "DEBUG", "WARN ", "ERROR"])
    return "", f' {level} [worker-{rng.randrange(16)}] {rng.choice(LOGGERS)} - {sentence(rng)} client={r["ip"]}'


def java_pool(rng, r):
    before, after = app_pool(rng, r)
    if rng.random() >= 0.125:
        return before, after

    def frames(count):
        return "".join(f"\n\tat {rng.choice(LOGGERS)}.{rng.choice(WORDS)}({rng.choice(WORDS).title()}.java:{rng.randrange(900)})"
                       for _ in range(count))
    trace = f"\n{rng.choice(CAUSES)}{frames(rng.randrange(5, 20))}"
    if rng.random() < 0.4:
        trace += f"\nCaused by: {rng.choice(CAUSES)}{frames(rng.randrange(1, 8))}\n\t... {rng.randrange(2, 40)} more"
    return before, after + trace


def alb_pool(rng, r):
    target = f"10.0.{rng.randrange(4)}.{rng.randrange(1, 255)}:8080"
    path = r["path"].replace(" ", "%20")
    return "https ", (
        f' app/shop/50dc6c495c0c9188 {r["ip"]}:{rng.randrange(1024, 65535)} {target} 0.000 {r["seconds"]} 0.000 {r["status"]} '
        f'{r["status"]} {rng.randrange(60, 900)} {r["bytes"]} "{r["method"]} https://shop.example.com:443{path} HTTP/2.0" "{r["agent"]}" '
        f'ECDHE-RSA-AES128-GCM-SHA256 TLSv1.2 arn:aws:elasticloadbalancing:eu-west-1:123456789012:targetgroup/shop/73e2d6bc24d8a067 '
        f'"Root=1-{rng.getrandbits(32):08x}-{rng.getrandbits(96):024x}" "shop.example.com" '
        f'"arn:aws:acm:eu-west-1:123456789012:certificate/12345678" {rng.randrange(9)} 2026-10-01T00:00:00.000000Z "forward" "-" "-" '
        f'"{target}" "{r["status"]}" "-" "-" TID_{rng.getrandbits(64):016x}')


def w3c_pool(rng, r):
    stem, _, query = r["path"].partition("?")
    return "", (f' 10.0.0.7 {r["method"]} {stem} {query or "-"} 443 {r["user"]} {r["ip"]} {r["agent"].replace(" ", "+")} - '
                f'{r["status"]} 0 0 {r["bytes"]} {int(r["seconds"] * 1000)}')


# The pool of a kind, how it writes the time (a layout of the second, then digits of the fraction and what follows), its head.
ISO, PLAIN = "%Y-%m-%dT%H:%M:%S", "%Y-%m-%d %H:%M:%S"
KINDS = {
    "csv": (csv_pool, [(ISO, ".%03d", "Z")], "timestamp,client_ip,user,method,path,status,bytes,duration_s,user_agent,message\n"),
    "logfmt": (logfmt_pool, [(ISO, ".%03d", "Z")], ""),
    "syslog": (syslog_pool, [(ISO, ".%03d", "Z"), ("%b %e %H:%M:%S", "", "")], ""),
    "cri": (cri_pool, [(ISO, ".%03d", "000000Z")], ""),
    "docker": (docker_pool, [(ISO, ".%03d", "123456Z")], ""),
    "app": (app_pool, [(PLAIN, ",%03d", "")], ""),
    "alb": (alb_pool, [(ISO, ".%03d", "000Z")], ""),
    "w3c": (w3c_pool, [(PLAIN, "", "")],
            "#Software: Microsoft Internet Information Services 10.0\n#Version: 1.0\n#Date: 2026-10-01 00:00:00\n#Fields: date time "
            "s-ip cs-method cs-uri-stem cs-uri-query s-port cs-username c-ip cs(User-Agent) cs(Referer) sc-status sc-substatus "
            "sc-win32-status sc-bytes time-taken\n"),
    "java": (java_pool, [(PLAIN, ",%03d", "")], ""),
}


def stamps(style, first, count):
    """The times of `count` events from number `first` on."""
    layout, fraction, end = style
    fractions = [(fraction % n if fraction else "") + end for n in range(1000)]
    second, texts, written = -1, [], ""
    for milliseconds in range(first * STEP_MILLISECONDS, (first + count) * STEP_MILLISECONDS, STEP_MILLISECONDS):
        now, rest = divmod(milliseconds, 1000)
        if now != second:
            second, written = now, (START + datetime.timedelta(seconds=now)).strftime(layout)
        texts.append(written + fractions[rest])
    return texts


def make_pool(kind, rng, count):
    """Ready events: per event (style, before, after), or a list of (before, after) for several lines of one time."""
    make, pool = KINDS[kind][0], []
    for number in range(count):
        pool.append(make(rng, request(rng, number)))
    return pool


def write_events(kind, events, rng, output):
    """The head and `events` events of a kind."""
    _, styles, head = KINDS[kind]
    pool = make_pool(kind, rng, min(POOL, events))
    output.write(head.encode())
    for first in range(0, events, len(pool)):
        part = pool[:events - first]
        times = [stamps(style, first, len(part)) for style in styles]
        if len(styles) > 1:
            lines = [f"{before}{times[style][place]}{after}\n" for place, (style, before, after) in enumerate(part)]
        elif kind == "cri":
            lines = ["".join(f"{before}{time}{after}\n" for before, after in (event if isinstance(event, list) else (event,)))
                     for time, event in zip(times[0], part)]
        else:
            lines = [f"{before}{time}{after}\n" for time, (before, after) in zip(times[0], part)]
        output.write("".join(lines).encode())


def main():
    records = {"combined": combined, "ndjson": ndjson}
    if len(sys.argv) < 3 or sys.argv[1] not in records.keys() | KINDS.keys():
        sys.exit(__doc__)
    rng = random.Random(int(sys.argv[3]) if len(sys.argv) > 3 else 7)
    kind, count = sys.argv[1], int(sys.argv[2])
    if kind in KINDS:
        write_events(kind, count, rng, sys.stdout.buffer)
        return
    for number in range(count):
        sys.stdout.write(records[kind](rng, request(rng, number)) + "\n")


if __name__ == "__main__":
    main()

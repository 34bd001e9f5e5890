#!/usr/bin/env python3
"""Write deterministic, realistic logs to standard output, for benchmarks and demonstrations.

usage: generate_logs.py {combined|ndjson} LINES [SEED]

combined  access log in the combined format, about 175 bytes a line
ndjson    one JSON object a line, 14 fields, about 450 bytes, with addresses, e-mails and escaped quotes

15 % of the records have a status of 400 or more.
"""
import datetime
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


def main():
    if len(sys.argv) < 3 or sys.argv[1] not in ("combined", "ndjson"):
        sys.exit(__doc__)
    rng = random.Random(int(sys.argv[3]) if len(sys.argv) > 3 else 7)
    line = {"combined": combined, "ndjson": ndjson}[sys.argv[1]]
    for number in range(int(sys.argv[2])):
        sys.stdout.write(line(rng, request(rng, number)) + "\n")


if __name__ == "__main__":
    main()

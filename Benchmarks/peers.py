"""The work of Benchmarks/compare in DuckDB or Polars; run by the Python of the environment that has them.

usage: peers.py {duckdb|polars} WORK INPUTS-GLOB OUTPUT THREADS LEVEL     prints the seconds that the query itself took

LEVEL is that of gzip, or `default`; DuckDB has no setting for it.
"""
import glob
import os
import pathlib
import sys
import time

NAMES = ["timestamp", "level", "service", "client_ip", "user", "method", "path", "status", "bytes", "duration_s", "user_agent", "trace_id",
         "email", "message"]
NUMBERS = {"status": "BIGINT", "bytes": "BIGINT", "duration_s": "DOUBLE"}
ACCESS = (r'^(\S+) (\S+) (\S+) \[([^\]]+)\] "(\S+) (\S+) ([^"]+)" (\d+|-) (\d+|-) "([^"]*)" "([^"]*)"$')
FIELDS = ["client_ip", "ident", "user", "timestamp", "method", "path", "protocol", "status", "bytes", "referer", "user_agent"]
KEYWORD = "/api/v2/cart/99"
LAST_BYTE = r"\.\d+$"


def duckdb_query(work, inputs, output, threads, level):
    import duckdb
    connection = duckdb.connect()
    connection.execute(f"SET threads = {threads}")
    connection.execute("SET preserve_insertion_order = false")
    # One column that no byte of a log ends: each line as it is.
    lines = f"read_csv('{inputs}', columns = {{'line': 'VARCHAR'}}, header = false, delim = '\x01', quote = '', escape = '', auto_detect = false)"
    columns = ", ".join(f"'{name}': '{NUMBERS.get(name, 'VARCHAR')}'" for name in NAMES)
    records = f"read_json('{inputs}', format = 'newline_delimited', columns = {{{columns}}})"
    packed = f"TO '{output}' (FORMAT json, COMPRESSION gzip)"
    if work == "rewrite":
        query = f"SELECT * EXCLUDE (trace_id) REPLACE (regexp_replace(client_ip, '{LAST_BYTE}', '.0') AS client_ip) FROM {records}"
    elif work == "filter":
        query = f"SELECT * FROM {records} WHERE status >= 400"
    elif work == "groupby":
        query = f"SELECT service, status, count(*) AS requests, CAST(sum(bytes) AS BIGINT) AS bytes FROM {records} GROUP BY service, status"
        packed = f"TO '{output}' (FORMAT json)"
    elif work == "access":
        names = ", ".join(f"'{name}'" for name in FIELDS)
        fields = ", ".join(f"CAST(nullif(r.{name}, '-') AS BIGINT) AS {name}" if name in NUMBERS else f"nullif(r.{name}, '-') AS \"{name}\""
                           for name in FIELDS)
        query = f"SELECT {fields} FROM (SELECT regexp_extract(line, '{ACCESS}', [{names}]) AS r FROM {lines})"
    else:
        query = f"SELECT line FROM {lines} WHERE contains(line, '{KEYWORD}')"
        packed = f"TO '{output}' (FORMAT csv, HEADER false, DELIMITER '\x01', QUOTE '', ESCAPE '')"
    return lambda: connection.execute(f"COPY ({query}) {packed}")


def polars_query(work, inputs, output, threads, level):
    os.environ["POLARS_MAX_THREADS"] = str(threads)
    import polars as pl
    schema = {name: {"BIGINT": pl.Int64, "DOUBLE": pl.Float64}.get(NUMBERS.get(name), pl.String) for name in NAMES}
    packed = {"compression": "gzip", "compression_level": None if level == "default" else int(level), "maintain_order": False, "lazy": True, "check_extension": False}

    def scan(source):
        if work in ("rewrite", "filter", "groupby"):
            return pl.scan_ndjson(source, schema=schema)
        # Measured twice as fast as scan_lines; no log holds the separator.
        return pl.scan_csv(source, has_header=False, separator="\x01", quote_char=None, schema={"line": pl.String})

    def groups():
        sums = [pl.len().alias("requests"), pl.col("bytes").sum()]
        parts = pl.collect_all([scan(source).group_by("service", "status").agg(sums) for source in sorted(glob.glob(inputs))], engine="streaming")
        pl.concat(parts).group_by("service", "status").agg(pl.col("requests").sum(), pl.col("bytes").sum()).write_ndjson(output)

    if work == "groupby":
        return groups

    def query(source, target):
        frame = scan(source)
        if work == "rewrite":
            return frame.drop("trace_id").with_columns(pl.col("client_ip").str.replace(LAST_BYTE, ".0")).sink_ndjson(target, **packed)
        if work == "filter":
            return frame.filter(pl.col("status") >= 400).sink_ndjson(target, **packed)
        if work == "access":
            fields = frame.select(pl.col("line").str.extract_groups(ACCESS).struct.rename_fields(FIELDS).struct.unnest())
            null = [pl.when(pl.col(name) != "-").then(pl.col(name)).cast(pl.Int64 if name in NUMBERS else pl.String).alias(name)
                    for name in FIELDS]
            return fields.select(null).sink_ndjson(target, **packed)
        found = frame.filter(pl.col("line").str.contains(KEYWORD, literal=True))
        return found.sink_csv(target, include_header=False, quote_style="never", maintain_order=False, lazy=True)

    def run():
        # One query for each file, all at once: a single sink would compress on one core.
        place = pathlib.Path(output + ".parts")
        place.mkdir(exist_ok=True)
        pl.collect_all([query(source, str(place / str(number))) for number, source in enumerate(sorted(glob.glob(inputs)))],
                       engine="streaming")
    return run


def main():
    engine, work, inputs, output, threads, level = sys.argv[1:]
    run = {"duckdb": duckdb_query, "polars": polars_query}[engine](work, inputs, output, int(threads), level)
    began = time.monotonic()
    run()
    print(time.monotonic() - began)


main()

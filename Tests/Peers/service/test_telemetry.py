"""What the service sends to a collector, read with OpenTelemetry's own messages: every field must be one that the protocol
has, of its type, and the whole must say what happened."""

import base64
import http.server
import json
import threading
import time

from google.protobuf import json_format
from opentelemetry.proto.collector.metrics.v1.metrics_service_pb2 import ExportMetricsServiceRequest
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest
from opentelemetry.proto.metrics.v1.metrics_pb2 import AGGREGATION_TEMPORALITY_CUMULATIVE
from opentelemetry.proto.trace.v1.trace_pb2 import Span, Status

from daemon import Daemon

TRACE = "4bf92f3577b34da6a3ce929d0e0e4736"
CALLER = "00f067aa0ba902b7"
PAIR = 'OPENQASM 3.0; include "stdgates.inc"; qubit[2] q; bit[2] c; h q[0]; cx q[0], q[1]; c = measure q;'


class Collector(http.server.BaseHTTPRequestHandler):
    bodies = []

    def do_POST(self):
        assert self.headers["Content-Type"] == "application/json"
        self.bodies.append((self.path, json.loads(self.rfile.read(int(self.headers["Content-Length"])))))
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", "2")
        self.end_headers()
        self.wfile.write(b"{}")

    def log_message(self, *_):
        pass


def in_base64(node):
    """Ids are hexadecimal in OTLP's JSON, against the rule of protobuf's, which the reader follows."""
    if isinstance(node, list):
        return [in_base64(item) for item in node]
    if not isinstance(node, dict):
        return node
    return {
        key: base64.b64encode(bytes.fromhex(value)).decode()
        if key in ("traceId", "spanId", "parentSpanId") else in_base64(value)
        for key, value in node.items()
    }


def messages(path, kind):
    return [
        json_format.ParseDict(in_base64(body), kind(), ignore_unknown_fields=False)
        for where, body in Collector.bodies if where == path
    ]


def test_what_a_collector_gets():
    collector = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Collector)
    threading.Thread(target=collector.serve_forever, daemon=True).start()
    daemon = Daemon("--otlp-endpoint", f"http://127.0.0.1:{collector.server_port}")
    before = time.time_ns()
    job = daemon.post(
        "/v1/jobs?wait=30", {"program": PAIR, "device": "garnet-20", "shots": 50, "seed": 1},
        {"traceparent": f"00-{TRACE}-{CALLER}-01", "tracestate": "vendor=1"})
    assert job["status"] == "completed"
    try:
        daemon.get("/v1/jobs/job-999")
    except OSError:
        pass
    time.sleep(0.5)
    daemon.stop()
    after = time.time_ns()
    collector.shutdown()

    spans = []
    for request in messages("/v1/traces", ExportTraceServiceRequest):
        for resource in request.resource_spans:
            named = {item.key: item.value.string_value for item in resource.resource.attributes}
            assert named["service.name"] == "kelvin" and named["service.version"] and named["service.instance.id"]
            for scope in resource.scope_spans:
                assert scope.scope.name == "kelvin"
                spans += scope.spans
    assert len({span.span_id for span in spans}) == len(spans)
    for span in spans:
        assert len(span.trace_id) == 16 and len(span.span_id) == 8 and len(span.parent_span_id) in (0, 8)
        assert before <= span.start_time_unix_nano <= span.end_time_unix_nano <= after, span
    ours = {span.name: span for span in spans if span.trace_id.hex() == TRACE}
    request, whole = ours["POST /v1/jobs"], ours["job"]
    assert request.parent_span_id.hex() == CALLER and request.kind == Span.SPAN_KIND_SERVER
    assert whole.parent_span_id == request.span_id and whole.kind == Span.SPAN_KIND_INTERNAL
    states = [span for span in spans if span.parent_span_id == whole.span_id]
    assert {"queued", "compiling", "running"} <= {span.name for span in states}
    # The states of a job fill its time, one after the other.
    states.sort(key=lambda span: span.start_time_unix_nano)
    assert states[0].start_time_unix_nano == whole.start_time_unix_nano
    for one, next in zip(states, states[1:]):
        assert one.end_time_unix_nano == next.start_time_unix_nano
    assert states[-1].end_time_unix_nano == whole.end_time_unix_nano
    attributes = {item.key: item.value for item in request.attributes}
    assert attributes["http.response.status_code"].int_value in (200, 202)
    refused = [span for span in spans if span.name == "GET /v1/jobs/{job}"]
    assert refused and all(span.status.code != Status.STATUS_CODE_ERROR for span in refused)

    points = {}
    for request in messages("/v1/metrics", ExportMetricsServiceRequest):
        for metric in request.resource_metrics[0].scope_metrics[0].metrics:
            kind = metric.WhichOneof("data")
            assert kind, metric
            data = getattr(metric, kind)
            if kind != "gauge":
                assert data.aggregation_temporality == AGGREGATION_TEMPORALITY_CUMULATIVE
            for point in data.data_points:
                assert before - 10 ** 10 <= point.time_unix_nano <= after
                if kind == "histogram":
                    assert len(point.bucket_counts) == len(point.explicit_bounds) + 1
                    assert sum(point.bucket_counts) == point.count
                points[metric.name, tuple((item.key, item.value.string_value) for item in point.attributes)] = point
    counted = {
        dict(names)["operation"]: point.as_double for (name, names), point in points.items()
        if name == "kelvin_http_requests_total"
    }
    assert counted["submitJob"] == 1 and counted["getJob"] == 1, counted

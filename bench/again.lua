-- One address again and again; what was found, as one line of JSON.
function done(summary, latency, requests)
    io.write(string.format(
        '\n{"requests":%d,"micros":%d,"p50":%.1f,"p99":%.1f,"bytes":%d,"failed":%d}\n',
        summary.requests, summary.duration, latency:percentile(50), latency:percentile(99), summary.bytes,
        summary.errors.status + summary.errors.connect + summary.errors.read + summary.errors.write
            + summary.errors.timeout))
end

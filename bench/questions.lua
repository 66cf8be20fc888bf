-- One question after another out of a file, from a line on: wrk -s questions.lua URL -- FILE FIRST
local questions, at = {}, 0

function init(arguments)
    local number = 0
    for line in io.lines(arguments[1]) do
        number = number + 1
        if number > tonumber(arguments[2]) then
            questions[#questions + 1] = line
        end
    end
end

function request()
    at = at % #questions + 1
    return wrk.format("GET", questions[at])
end

function done(summary, latency, requests)
    io.write(string.format(
        '\n{"requests":%d,"micros":%d,"p50":%.1f,"p99":%.1f,"bytes":%d,"failed":%d}\n',
        summary.requests, summary.duration, latency:percentile(50), latency:percentile(99), summary.bytes,
        summary.errors.status + summary.errors.connect + summary.errors.read + summary.errors.write
            + summary.errors.timeout))
end

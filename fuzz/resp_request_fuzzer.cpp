// Requests: any bytes, cut in any way, give the same commands and the same end.
#include <cstdint>
#include <string>
#include <vector>

#include "event/result.hpp"
#include "resp/request_parser.hpp"

namespace {

using namespace sluice;

struct Parsed {
    std::vector<std::vector<std::string>> commands;
    std::string error;

    friend bool operator==(const Parsed&, const Parsed&) = default;
};

// The bulk strings that a request says stand in the buffer must be its arguments.
void check_bulk_bytes(const Request& request) {
    if (request.empty()) return;
    std::string expected;
    for (const auto argument : request.args()) {
        expected += "$" + std::to_string(argument.size()) + "\r\n" + std::string(argument) + "\r\n";
    }
    SLUICE_CHECK(request.bulk_bytes(0) == expected, "the bulk strings are the arguments");
}

// Feeds `step` bytes at a time.
Parsed parse(std::string_view bytes, std::size_t step, const RequestLimits& limits) {
    RequestParser parser(limits);
    ByteBuffer input;
    Parsed parsed;
    while (true) {
        const auto status = parser.next(input);
        if (status == ParseStatus::error) {
            parsed.error = "error: " + parser.error().text;
            return parsed;
        }
        if (status == ParseStatus::ready) {
            check_bulk_bytes(parser.request());
            const auto args = parser.request().args();
            parsed.commands.emplace_back(args.begin(), args.end());
            continue;
        }
        if (bytes.empty()) return parsed;
        input.append(bytes.substr(0, step));
        bytes.remove_prefix(std::min(step, bytes.size()));
    }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string_view bytes(reinterpret_cast<const char*>(data), size);
    for (const auto& limits : {RequestLimits{}, RequestLimits::unauthenticated()}) {
        const auto whole = parse(bytes, size + 1, limits);
        SLUICE_CHECK(parse(bytes, 1, limits) == whole, "splitting the input changes nothing");
        SLUICE_CHECK(parse(bytes, 7, limits) == whole, "splitting the input changes nothing");
    }
    return 0;
}

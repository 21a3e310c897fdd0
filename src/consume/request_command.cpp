#include "consume/request_command.hpp"

#include <algorithm>
#include <utility>

#include "cli/msgpack_text.hpp"
#include "event/msgpack.hpp"
#include "event/time_text.hpp"
#include "event/utf8.hpp"

namespace sluice {

namespace {

using Variables = std::vector<std::pair<std::string_view, std::string>>;

Variables variables_of(const RequestMessage& request, std::int64_t attempt) {
    return {{"SLUICE_OPERATION", request.operation},
            {"SLUICE_CORRELATION_ID", request.correlation_id},
            {"SLUICE_REQUESTER", request.requester},
            {"SLUICE_ATTEMPT", std::to_string(attempt)},
            {"SLUICE_DEADLINE", time_text(request.deadline)},
            {"SLUICE_TRACE_ID", request.trace_id}};
}

bool fits(const std::string& value) {
    return !value.empty() && value.size() <= variable_bytes_max && !value.contains('\0');
}

ReplyMessage failure(ReplyMessage reply, std::string message) {
    reply.kind = ReplyKind::error;
    reply.code = "failed";
    reply.message = message.substr(0, reply_message_bytes_max);
    return reply;
}

}  // namespace

std::string input_of(const RequestMessage& request) {
    if (auto text = unpacked_text(request.body)) return std::move(*text);
    if (request.body == nil_body) return {};
    return json_of_msgpack(request.body);
}

std::vector<std::string> environment_of(const RequestMessage& request, std::int64_t attempt,
                                        const std::vector<std::string>& inherited) {
    const Variables ours = variables_of(request, attempt);
    const auto is_ours = [&](const std::string& line) {
        const auto name = std::string_view(line).substr(0, line.find('='));
        return std::ranges::find(ours, name, &Variables::value_type::first) != ours.end();
    };
    std::vector<std::string> environment;
    std::ranges::remove_copy_if(inherited, std::back_inserter(environment), is_ours);
    for (const auto& [name, value] : ours) {
        if (fits(value)) environment.push_back(std::string(name) + "=" + value);
    }
    return environment;
}

std::optional<ReplyMessage> reply_for(const RequestMessage& request, const CommandEnd& end) {
    ReplyMessage reply{.correlation_id = request.correlation_id, .trace_id = request.trace_id};
    if (end.is_output_too_long) return failure(reply, "the answer is too long");
    if (end.status == ExitStatus{}) {
        reply.body = utf8_error(end.output) ? packed_bytes(end.output) : packed_text(end.output);
        return reply;
    }
    if (end.was_stopped) {
        reply.kind = ReplyKind::cancelled;
        return reply;
    }
    if (end.status == ExitStatus{.code = exit_retry}) return std::nullopt;
    return failure(reply, end.last_words.empty() ? end.status.text() : end.last_words);
}

}  // namespace sluice

// One request on its way to a command and back: what the command is given, what its end answers.
//
// Given      standard input: a body that is a text or bytes as it is, any other as JSON; the rest
//            is in the environment: SLUICE_OPERATION, SLUICE_CORRELATION_ID, SLUICE_REQUESTER,
//            SLUICE_ATTEMPT, SLUICE_DEADLINE (RFC 3339), SLUICE_TRACE_ID
// Answered   exit code 0: a result, what it wrote to standard output, as a text when it is UTF-8;
//            75 (EX_TEMPFAIL): nothing, the request is tried again by the policy of the group;
//            anything else: an error `failed` with its last words
// Limits     a variable that has a NUL or more than variable_bytes_max bytes is left out
// Source     docs/protocol/request_reply.md
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "consume/settle.hpp"
#include "requests/request_message.hpp"

namespace sluice {

std::string input_of(const RequestMessage& request);
std::vector<std::string> environment_of(const RequestMessage& request, std::int64_t attempt,
                                        const std::vector<std::string>& inherited);

struct CommandEnd {
    ExitStatus status;
    std::string output;
    bool is_output_too_long = false;
    bool was_stopped = false;  // by us: cancelled, or too late
    std::string last_words;
};

// Nothing: try again. The sender adds who it is and which attempt.
std::optional<ReplyMessage> reply_for(const RequestMessage& request, const CommandEnd& end);

}  // namespace sluice

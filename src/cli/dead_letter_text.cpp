#include "cli/dead_letter_text.hpp"

#include <algorithm>

#include "event/time_text.hpp"

namespace sluice {
namespace {

constexpr std::size_t name_width = 12;

// "name         value", further lines of the value below the first.
void append_row(std::string& out, std::string_view name, std::string_view value) {
    if (value.empty()) return;
    std::string head(name);
    head.append(name_width - std::min(name_width, head.size()), ' ');
    while (true) {
        const auto end = value.find('\n');
        out += "  " + head + " " + shown(value.substr(0, end)) + "\n";
        if (end == value.npos) return;
        value.remove_prefix(end + 1);
        head.assign(name_width, ' ');
    }
}

std::string took_text(const Attempt& attempt) {
    return shown_duration(attempt.ended - attempt.started);
}

void append_attempts(std::string& out, const std::vector<Attempt>& attempts,
                     const Terminal& terminal) {
    const Attempt* before = nullptr;
    for (const Attempt& attempt : attempts) {
        out += "  " + std::to_string(attempt.number) + "  " + time_text(attempt.started) + "  " +
               shown(attempt.consumer) + "  " + took_text(attempt) + "  " +
               terminal.painted(shown(attempt.error), Colour::red) + "\n";
        if (before != nullptr) {
            for (const AttemptDifference& each : difference(*before, attempt)) {
                out += terminal.painted("       " + std::string(each.name) + ": " +
                                            shown(each.before) + " -> " + shown(each.after),
                                        Colour::yellow) +
                       "\n";
            }
        }
        before = &attempt;
    }
}

std::string attempts_json_of(const std::vector<Attempt>& attempts) {
    std::string out = "[";
    const Attempt* before = nullptr;
    for (const Attempt& attempt : attempts) {
        std::string one = attempts_json({&attempt, 1});  // [{...}]
        one = one.substr(1, one.size() - 3) + ",\"difference\":{";
        bool is_first = true;
        if (before != nullptr) {
            for (const AttemptDifference& each : difference(*before, attempt)) {
                if (!is_first) one += ",";
                is_first = false;
                one += json_text(each.name) + ":[" + json_text(each.before) + "," +
                       json_text(each.after) + "]";
            }
        }
        out += (before == nullptr ? "" : ",") + one + "}}";
        before = &attempt;
    }
    return out + "]";
}

}  // namespace

std::string letter_text(const FoundLetter& found, const Terminal& terminal) {
    const DeadLetter& letter = found.letter;
    const auto heading = [&](std::string_view text) {
        return terminal.painted(text, Colour::bold) + "\n";
    };
    std::string out = heading("dead letter " + shown(found.id));
    append_row(out, "error", letter.error);
    append_row(out, "reason", letter.reason);
    append_row(out, "group", letter.group);
    append_row(out, "consumer", letter.consumer);
    append_row(out, "died", time_text(letter.time));
    append_row(out, "retries", std::to_string(letter.retry_count));
    append_row(out, "replays", std::to_string(letter.replay_count));
    append_row(out, "signature", letter.signature);
    append_row(out, "entry", letter.original_stream + " " + letter.original_id);
    if (!letter.attempts.empty()) {
        out += heading("attempts");
        append_attempts(out, letter.attempts, terminal);
    }
    out += heading("event");
    for (const Field& field : letter.original) {
        append_row(out, shown(field.name), field.value.empty() ? "\"\"" : field.value);
    }
    return out;
}

std::string letter_json(const FoundLetter& found) {
    const DeadLetter& letter = found.letter;
    std::string out = "{\"id\":" + json_text(found.id);
    const auto add = [&](std::string_view name, std::string_view value) {
        out += ",\"" + std::string(name) + "\":" + json_text(value);
    };
    add("error", letter.error);
    add("reason", letter.reason);
    add("group", letter.group);
    add("consumer", letter.consumer);
    add("time", time_text(letter.time));
    out += ",\"retry_count\":" + std::to_string(letter.retry_count) +
           ",\"replay_count\":" + std::to_string(letter.replay_count);
    add("signature", letter.signature);
    add("original_id", letter.original_id);
    return out + ",\"attempts\":" + attempts_json_of(letter.attempts) +
           ",\"fields\":" + json_of_fields(letter.original) + "}";
}

}  // namespace sluice

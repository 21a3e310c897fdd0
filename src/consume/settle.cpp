#include "consume/settle.hpp"

#include <algorithm>
#include <array>
#include <csignal>
#include <cstring>

#include "bus/attempt.hpp"
#include "bus/duration_text.hpp"
#include "bus/retry_policy.hpp"
#include "event/json_string.hpp"
#include "event/json_text.hpp"
#include "event/utf8.hpp"

namespace sluice {
namespace {

constexpr JsonLimits answer_limits{
    .bytes_max = std::size_t{64} << 10, .depth_max = 16, .members_max = 1000};
constexpr std::size_t reason_bytes_max = 64;

std::string with_detail(std::string what, std::string_view detail) {
    if (detail.empty()) return what;
    return std::string(beginning_of(what + ": " + std::string(detail), error_bytes_max));
}

// A reason is one word, so that dead letters can be counted by it.
bool is_word(std::string_view text) {
    return !text.empty() && text.size() <= reason_bytes_max &&
           std::ranges::all_of(text, [](char c) {
               return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
                      c == '_' || c == '-' || c == '.';
           });
}

Error wrong_answer(std::string_view rule) {
    return {Errc::invalid, "the answer of the command " + std::string(rule)};
}

// What a line says, before it is judged.
struct AnswerMembers {
    std::optional<std::string> id;
    std::vector<Settle> settles;
    std::string error;
};

Result<std::string> string_in(const JsonMember& member) {
    if (kind_of(member.value) != JsonKind::string) {
        return wrong_answer("needs a string as \"" + std::string(member.raw_name) + "\"");
    }
    return unescape_json(member.value.substr(1, member.value.size() - 2));
}

Result<void> read_retry(const JsonMember& member, AnswerMembers& members) {
    if (member.value == "true") {
        members.settles.push_back({.kind = Settle::Kind::retry});
        return {};
    }
    SLUICE_TRY_ASSIGN(const std::string text, string_in(member));
    const auto delay = parse_duration(text);
    if (!delay) return wrong_answer("has a \"retry\" that " + std::string(duration_rule));
    if (*delay > RetryPolicy::delay_max) return wrong_answer("has a \"retry\" beyond 30 days");
    members.settles.push_back({.kind = Settle::Kind::retry, .delay = delay});
    return {};
}

Result<void> read_dead(const JsonMember& member, AnswerMembers& members) {
    Settle settle{.kind = Settle::Kind::dead};
    if (member.value != "true") {
        SLUICE_TRY_ASSIGN(std::string text, string_in(member));
        (is_word(text) ? settle.reason : settle.error) = std::move(text);
    }
    members.settles.push_back(std::move(settle));
    return {};
}

Result<void> read_member(const JsonMember& member, AnswerMembers& members) {
    const std::string_view name = member.raw_name;
    if (name == "id") {
        SLUICE_TRY_ASSIGN(members.id, string_in(member));
    } else if (name == "error") {
        SLUICE_TRY_ASSIGN(members.error, string_in(member));
    } else if (name == "ok" && member.value == "true") {
        members.settles.push_back({.kind = Settle::Kind::ack});
    } else if (name == "release" && member.value == "true") {
        members.settles.push_back(Settle::release());
    } else if (name == "retry") {
        return read_retry(member, members);
    } else if (name == "dead") {
        return read_dead(member, members);
    } else if (name == "ok" || name == "release") {
        return wrong_answer("has \"" + std::string(name) + "\" with something else than true");
    }
    return {};
}

std::string joined(std::string_view first, std::string_view second) {
    if (first.empty() || second.empty()) return std::string(first.empty() ? second : first);
    return std::string(first) + ": " + std::string(second);
}

std::string ms_text(Duration duration) {
    return std::to_string(duration.ms());
}

std::optional<SettleAnswer::Word> word_of(std::string_view text) {
    using enum SettleAnswer::Word;
    if (text == "OK") return ok;
    if (text.starts_with("STALE")) return stale;
    if (text.starts_with("NONE")) return none;
    return std::nullopt;
}

Error unknown_answer() {
    return {Errc::invalid, "the server answered in a way that this program does not know"};
}

}  // namespace

std::string ExitStatus::text() const {
    if (signal == 0) return "exit code " + std::to_string(code);
    const char* name = ::sigabbrev_np(signal);
    return "killed by " +
           (name == nullptr ? "signal " + std::to_string(signal) : "SIG" + std::string(name));
}

std::string_view name_of(Settle::Kind kind) {
    static constexpr std::array<std::string_view, 4> names = {"ack", "retry", "dead", "release"};
    return names[static_cast<std::size_t>(kind)];
}

std::string_view name_of(SettleAnswer::Word word) {
    static constexpr std::array<std::string_view, 5> names = {"OK", "PARKED", "DEAD", "STALE",
                                                              "NONE"};
    return names[static_cast<std::size_t>(word)];
}

Settle settle_for(const ExitStatus& status, std::string_view last_words, OnFailure on_failure) {
    if (status == ExitStatus{}) return {};
    const bool exits = status.signal == 0;
    const bool is_dead = exits && status.code == exit_dead;
    const bool is_retry = exits && status.code == exit_retry;
    Settle settle{.kind = Settle::Kind::retry};
    if (is_dead || (!is_retry && on_failure == OnFailure::dead)) settle.kind = Settle::Kind::dead;
    settle.error = with_detail(status.text(), last_words);
    return settle;
}

Result<PoolAnswer> parse_pool_answer(std::string_view line) {
    auto members = split_json_object(line, answer_limits);
    if (!members) return members.error().within("the answer of the command");
    AnswerMembers read;
    for (const JsonMember& member : *members) {
        SLUICE_TRY(read_member(member, read));
    }
    if (!read.id) return wrong_answer("has no \"id\"");
    if (read.settles.size() != 1) {
        return wrong_answer("must say one of ok, retry, release and dead");
    }
    PoolAnswer answer{.id = std::move(*read.id), .settle = std::move(read.settles.front())};
    if (answer.settle.kind == Settle::Kind::retry || answer.settle.kind == Settle::Kind::dead) {
        const std::string error = joined(answer.settle.error, read.error);
        answer.settle.error = beginning_of(error, error_bytes_max);
    }
    return answer;
}

std::vector<std::string> request_for(const Settle& settle, const ConsumedEvent& delivery,
                                     std::string_view group) {
    const auto request = [&](const char* name) {
        return std::vector<std::string>{name, delivery.stream, std::string(group),
                                        delivery.entry.id, std::to_string(delivery.epoch)};
    };
    switch (settle.kind) {
        case Settle::Kind::ack:
            return request("SLUICE.ACK");
        case Settle::Kind::release:
            return request("SLUICE.RELEASE");
        default:
            break;
    }
    const bool is_dead = settle.kind == Settle::Kind::dead;
    auto words = request(is_dead && !settle.reason.empty() ? "SLUICE.DEAD" : "SLUICE.FAIL");
    const auto add = [&](std::initializer_list<std::string> more) {
        words.insert(words.end(), more);
    };
    if (is_dead && !settle.reason.empty()) {
        add({"REASON", settle.reason});
    } else if (is_dead) {
        add({"PERMANENT"});
    }
    if (settle.delay) add({"DELAY", ms_text(*settle.delay)});
    if (!settle.error.empty()) add({"ERROR", settle.error});
    return words;
}

Result<SettleAnswer> parse_settle_answer(const Reply& reply) {
    using enum SettleAnswer::Word;
    if (reply.is_error()) {
        const auto word = word_of(reply.text);
        if (word && *word != ok) return SettleAnswer{.word = *word};
        return Error{Errc::invalid, "the server refused: " + reply.text};
    }
    const auto& parts = reply.elements;
    if (parts.size() == 1) {
        if (const auto word = word_of(parts[0].text)) return SettleAnswer{.word = *word};
    }
    if (parts.size() != 3) return unknown_answer();
    if (parts[0].text == "DEAD") {
        return SettleAnswer{.word = dead, .dead_letter = parts[1].text, .reason = parts[2].text};
    }
    const auto due_ms = parts[1].as_integer();
    const auto failures = parts[2].as_integer();
    if (parts[0].text != "PARKED" || !due_ms || !failures) return unknown_answer();
    return SettleAnswer{.word = parked,
                        .due = WallTime::from_ms(*due_ms),
                        .failures = static_cast<std::uint64_t>(*failures)};
}

Result<std::vector<SettleAnswer::Word>> parse_words(const Reply& reply) {
    if (reply.is_error()) return Error{Errc::invalid, "the server refused: " + reply.text};
    std::vector<SettleAnswer::Word> words;
    for (const Reply& element : reply.elements) {
        const auto word = word_of(element.text);
        if (!word) return unknown_answer();
        words.push_back(*word);
    }
    return words;
}

}  // namespace sluice

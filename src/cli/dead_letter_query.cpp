#include "cli/dead_letter_query.hpp"

#include <algorithm>

#include "bus/duration_text.hpp"
#include "cli/server_flags.hpp"
#include "event/entry_id.hpp"
#include "event/time_text.hpp"

namespace sluice {
namespace {

Result<std::string> ms_text(std::string_view flag, const std::string& text, WallTime now) {
    if (const auto back = parse_duration(text)) {
        return std::to_string(WallTime{now.microseconds - back->microseconds}.ms());
    }
    if (const auto time = parse_time(text)) return std::to_string(time->ms());
    return Error{Errc::invalid, std::string(flag) + ": '" + shown(text) +
                                    "' is neither a duration such as 2h nor a time such as "
                                    "2026-02-11T12:00:00Z"};
}

bool is_behind(const std::string& id, const std::string& end) {
    const auto parsed = EntryId::parse(id, 0);
    const auto last = EntryId::parse(end, 0);
    return parsed && last && *parsed > *last;
}

}  // namespace

bool DeadLetterFlags::empty() const {
    return group.empty() && reason.empty() && signature.empty() && type.empty() && agent.empty() &&
           since.empty() && until.empty() && text.empty();
}

Result<std::vector<std::string>> filter_words(const DeadLetterFlags& flags, WallTime now) {
    std::vector<std::string> words;
    const auto add = [&](const char* name, std::string_view value) {
        if (value.empty()) return;
        words.emplace_back(name);
        words.emplace_back(value);
    };
    add("GROUP", flags.group);
    add("REASON", flags.reason);
    add("SIGNATURE", flags.signature);
    add("TYPE", flags.type);
    add("AGENT", flags.agent);
    add("TEXT", flags.text);
    if (!flags.since.empty()) {
        SLUICE_TRY_ASSIGN(const std::string since, ms_text("--since", flags.since, now));
        add("SINCE", since);
    }
    if (!flags.until.empty()) {
        SLUICE_TRY_ASSIGN(const std::string until, ms_text("--until", flags.until, now));
        add("UNTIL", until);
    }
    return words;
}

std::string FoundLetter::type() const {
    if (const auto event = event_in(original())) return event->type;
    const auto field = std::ranges::find(letter.original, "event_type", &Field::name);
    return field == letter.original.end() ? std::string() : field->value;
}

std::vector<FoundLetter> letters_of(const Reply& reply) {
    std::vector<FoundLetter> letters;
    for (StreamEntry& entry : entries_of(reply)) {
        auto letter = decode_dead_letter(entry.fields);
        if (!letter) continue;
        letters.push_back({std::move(entry.id), std::move(entry.fields), std::move(*letter)});
    }
    return letters;
}

Result<FoundLetter> find_letter(Client& client, const std::string& stream, const std::string& id) {
    SLUICE_TRY_ASSIGN(const Reply reply, ask(client, {"XRANGE", stream + ":dlq", id, id}));
    auto letters = letters_of(reply);
    if (!letters.empty()) return std::move(letters.front());
    return Error{Errc::not_found, "there is no dead letter " + shown(id) + " of " + shown(stream) +
                                      "; see: sluice dead list " + shown(stream)};
}

Result<DeadLetterPages> DeadLetterPages::open(Client& client, std::string stream,
                                              std::vector<std::string> filters) {
    DeadLetterPages pages(client, std::move(stream), std::move(filters));
    SLUICE_TRY_ASSIGN(const Reply reply,
                      ask(client, {"XREVRANGE", pages.stream_ + ":dlq", "+", "-", "COUNT", "1"}));
    const auto newest = entries_of(reply);
    if (!newest.empty()) pages.end_ = newest.front().id;
    return pages;
}

Result<std::vector<FoundLetter>> DeadLetterPages::next(std::size_t most) {
    std::vector<std::string> words = {"SLUICE.DLQ", "LIST", stream_};
    words.insert(words.end(), filters_.begin(), filters_.end());
    words.insert(words.end(), {"AFTER", after_, "COUNT", std::to_string(std::min(most, page))});
    SLUICE_TRY_ASSIGN(const Reply reply, ask_words(*client_, words));
    auto letters = letters_of(reply);
    std::erase_if(letters, [&](const FoundLetter& found) { return is_behind(found.id, end_); });
    if (!letters.empty()) after_ = letters.back().id;
    return letters;
}

Result<Reply> ask_words(Client& client, const std::vector<std::string>& words) {
    const std::vector<std::string_view> views(words.begin(), words.end());
    SLUICE_TRY_ASSIGN(Reply reply, client.call(views));
    return as_result(std::move(reply));
}

}  // namespace sluice

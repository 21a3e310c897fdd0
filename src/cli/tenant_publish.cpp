#include "cli/tenant_publish.hpp"

#include <charconv>
#include <cstdio>

#include "bus/duration_text.hpp"
#include "event/time_text.hpp"

namespace sluice {

namespace {

void add_event(Words& words, const TenantTarget& target, const Fields& fields) {
    words.push_back(target.stream);
    if (!target.idempotency_key.empty()) words.insert(words.end(), {"KEY", target.idempotency_key});
    if (target.at) words.insert(words.end(), {"AT", std::to_string(target.at->ms())});
    words.insert(words.end(), {"FIELDS", std::to_string(fields.size())});
    for (const Field& field : fields)
        words.insert(words.end(), {field.name, field.value});
}

}  // namespace

std::optional<WallTime> parse_due_time(std::string_view text, WallTime now) {
    if (text.starts_with('+')) {
        const auto wait = parse_duration(text.substr(1));
        if (!wait || *wait > time_max - now) return std::nullopt;
        return now + *wait;
    }
    std::int64_t ms = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), ms);
    if (error == std::errc{} && end == text.data() + text.size()) {
        if (ms < 0 || ms > time_max.ms()) return std::nullopt;
        return WallTime::from_ms(ms);
    }
    return parse_time(text);
}

Words publish_words(const TenantTarget& target, const Fields& fields) {
    Words words = {"SLUICE.PUBLISH", target.tenant};
    add_event(words, target, fields);
    return words;
}

Words publish_all_words(const TenantTarget& target, std::span<const Fields> entries) {
    Words words = {"SLUICE.PUBLISHALL", target.tenant};
    for (const Fields& fields : entries) {
        words.push_back("EVENT");
        add_event(words, target, fields);
    }
    return words;
}

Result<std::string> published_text(const Reply& reply) {
    if (reply.elements.size() != 3) return Error{Errc::invalid, "an answer that is none of ours"};
    const Reply& id = reply.elements[0];
    const Reply& event_id = reply.elements[1];
    const std::string& text = id.is_text() ? id.text : event_id.text;
    if (reply.elements[2].text == "DUPLICATE") {
        std::fprintf(stderr, "sluice: %s was published before\n", text.c_str());
    }
    return text;
}

}  // namespace sluice

#include "bus_commands/schedule_arguments.hpp"

#include "bus_commands/argument_reader.hpp"
#include "event/event_json.hpp"
#include "event/refusal.hpp"
#include "event/stream_name.hpp"

namespace sluice {

namespace {

// Stands for the id that each firing makes.
constexpr std::string_view no_id = "unset";

struct Words {
    std::string_view at;
    std::string_view cron;
    std::string_view zone;
    std::string_view every;
    std::string_view catch_up = "once";
};

std::string lower_case(std::string_view text) {
    std::string lower(text);
    for (char& c : lower) {
        if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
    }
    return lower;
}

Result<Words> read_words(ArgumentReader& reader) {
    Words words;
    while (!reader.is_over() && !reader.is_at_event()) {
        const bool is_known =
            reader.take_option("at", words.at) || reader.take_option("cron", words.cron) ||
            reader.take_option("zone", words.zone) || reader.take_option("every", words.every) ||
            reader.take_option("catchup", words.catch_up);
        if (!is_known) {
            return refused("options",
                           "must be AT, CRON, ZONE, EVERY and CATCHUP with their values, then "
                           "FIELDS or JSON");
        }
    }
    return words;
}

Result<Recurrence> recurrence_of(const Words& words) {
    const int said =
        (words.at.empty() ? 0 : 1) + (words.cron.empty() ? 0 : 1) + (words.every.empty() ? 0 : 1);
    if (said != 1) {
        return refused("when", "must be one of AT unix-ms, CRON text and EVERY duration");
    }
    if (!words.zone.empty() && words.cron.empty()) return refused("ZONE", "must go with CRON");
    if (!words.at.empty()) {
        const auto at = parse_unix_ms(words.at);
        if (!at) return refused("AT", "must be Unix milliseconds up to the year 9999");
        return Recurrence::once(*at);
    }
    std::string text = "every " + std::string(words.every);
    if (!words.cron.empty()) {
        SLUICE_TRY(CronExpression::parse(words.cron));
        if (!words.zone.empty()) SLUICE_TRY(TimeZone::find(words.zone));
        text = words.zone.empty() ? std::string(words.cron)
                                  : "TZ=" + std::string(words.zone) + " " + std::string(words.cron);
    }
    SLUICE_TRY_ASSIGN(Schedule schedule, Schedule::parse(text));
    return Recurrence::repeated(std::move(schedule));
}

// Nothing may be said that each firing says anew.
Result<void> check_template(const Event& event, const Event& draft,
                            const ScheduledEvent& scheduled) {
    if (event.event_id != draft.event_id) {
        return refused("event_id", "must be left out: each time has one of its own");
    }
    if (event.time != draft.time) {
        return refused("timestamp", "must be left out: it is the due time");
    }
    if (!event.idempotency_key.empty()) {
        return refused("idempotency_key", "must be left out: it is the name and the due time");
    }
    if (event.expires_at && !scheduled.when.is_once()) {
        return refused("expires_at", "must be left out of what recurs");
    }
    if (event.expires_at && *event.expires_at <= *scheduled.next) {
        return refused("expires_at", "must lie behind AT");
    }
    return {};
}

Result<ScheduledEvent> scheduled_of(const Tenant& tenant, const Words& words, WallTime now) {
    ScheduledEvent scheduled;
    scheduled.tenant = tenant.name;
    SLUICE_TRY_ASSIGN(scheduled.when, recurrence_of(words));
    const auto catch_up = parse_catch_up(lower_case(words.catch_up));
    if (!catch_up) return refused("CATCHUP", "must be none, once or all");
    scheduled.catch_up = *catch_up;
    scheduled.next = scheduled.when.next_after(now);
    if (!scheduled.next) {
        return refused(scheduled.when.is_once() ? "AT" : "CRON", "must lie in the future");
    }
    return scheduled;
}

Result<std::string> checked_json(const Tenant& tenant, const ScheduledEvent& scheduled,
                                 const WrittenEvent& written, WallTime now) {
    Event draft;
    draft.event_id = no_id;
    draft.tenant_id = tenant.name;
    draft.time = *scheduled.next;
    SLUICE_TRY_ASSIGN(Event event, completed(written, draft));
    SLUICE_TRY(check_template(event, draft, scheduled));
    const auto prepared = prepare_event(tenant, scheduled.stream, event, now);
    if (!prepared) return in_words_of(written, prepared.error());
    return encode_json(event);
}

}  // namespace

std::optional<ScheduledEvent> parse_schedule(CommandContext& context, const Tenant& tenant) {
    ArgumentReader reader(context, 3);
    const std::string_view name = reader.take();
    const std::string_view stream = reader.take();
    const WallTime now = context.engine.wall();
    if (const auto checked = check_name("name", name); !checked) {
        return reader.refuse(checked.error().message);
    }
    const auto words = read_words(reader);
    if (!words) return reader.refuse(words.error().message);
    auto scheduled = scheduled_of(tenant, *words, now);
    if (!scheduled) return reader.refuse(scheduled.error().message);
    const auto written = reader.take_event();
    if (!written) return std::nullopt;
    if (!reader.is_over()) {
        return reader.refuse("event: must stand at the end; FIELDS says how many pairs it has");
    }
    scheduled->name = name;
    scheduled->stream = stream;
    auto json = checked_json(tenant, *scheduled, *written, now);
    if (!json) return reader.refuse(json.error().message);
    scheduled->event_json = std::move(*json);
    return std::move(*scheduled);
}

}  // namespace sluice

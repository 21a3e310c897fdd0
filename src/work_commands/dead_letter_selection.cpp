#include "work_commands/dead_letter_selection.hpp"

#include <set>

#include "server/error_replies.hpp"
#include "server/number_argument.hpp"
#include "stream_commands/entry_fields.hpp"
#include "work_commands/work_arguments.hpp"

namespace sluice {

namespace {

constexpr std::int64_t count_max = 1000;
constexpr std::int64_t time_ms_max = 253'402'300'799'999;  // the year 9999

class SelectionParser {
  public:
    SelectionParser(CommandContext& context, SelectionKind kind)
        : context_(context), request_(context.request), kind_(kind) {}

    std::optional<DeadLetterSelection> run() {
        while (at_ < request_.size()) {
            if (!read_one()) return std::nullopt;
        }
        const bool names_some = parsed_.is_filtered || !parsed_.ids.empty();
        if (kind_ != SelectionKind::list && !names_some) {
            return refuse("ERR name the dead letters by their ids, or say MATCHING with filters");
        }
        if (parsed_.is_filtered && !parsed_.ids.empty()) {
            return refuse("ERR MATCHING stands for all that the filters take: no ids beside it");
        }
        if (kind_ == SelectionKind::purge && parsed_.why.empty()) {
            return refuse("ERR say why: BECAUSE text");
        }
        return parsed_;
    }

  private:
    std::optional<DeadLetterSelection> refuse(std::string_view error) {
        context_.reply.error(error);
        return std::nullopt;
    }

    bool read_one() {
        const std::string_view word = request_[at_];
        if (is_word(word, "matching")) {
            parsed_.is_filtered = true;
            ++at_;
            return true;
        }
        if (kind_ == SelectionKind::replay && is_word(word, "dryrun")) {
            parsed_.is_dry = true;
            ++at_;
            return true;
        }
        if (const auto id = EntryId::parse(word, 0); id && kind_ != SelectionKind::list) {
            parsed_.ids.push_back(*id);
            ++at_;
            return true;
        }
        if (at_ + 1 < request_.size() && (read_text() || read_number())) {
            at_ += 2;
            return !has_failed_;
        }
        if (!has_failed_) {
            context_.reply.error("ERR '" + printable(word, 128) +
                                 "' is no filter, no option with a value and no id");
        }
        return false;
    }

    bool read_text() {
        const std::string_view word = request_[at_];
        const std::string value(request_[at_ + 1]);
        const bool is_purge = kind_ == SelectionKind::purge;
        if (is_word(word, "group")) {
            parsed_.filter.group = value;
        } else if (is_purge && is_word(word, "because")) {
            parsed_.why = value;
        } else if (is_word(word, "reason")) {
            parsed_.filter.reason = value;
        } else if (is_word(word, "signature")) {
            parsed_.filter.signature = value;
        } else if (is_word(word, "type")) {
            parsed_.filter.type = value;
        } else if (is_word(word, "agent")) {
            parsed_.filter.agent = value;
        } else if (is_word(word, "text")) {
            parsed_.filter.text = value;
        } else if (kind_ == SelectionKind::replay && is_word(word, "to")) {
            parsed_.to = value;
        } else {
            return false;
        }
        return true;
    }

    bool read_number() {
        const std::string_view word = request_[at_];
        const bool is_count = is_word(word, "count") || is_word(word, "limit");
        const bool is_since = is_word(word, "since");
        if (is_word(word, "after")) {
            const auto id = EntryId::parse(request_[at_ + 1], 0);
            parsed_.after = id.value_or(EntryId{});
            return id.has_value();
        }
        if (!is_count && !is_since && !is_word(word, "until")) return false;
        const auto number =
            option_number(context_, at_, is_count ? 1 : 0, is_count ? count_max : time_ms_max);
        has_failed_ = !number;
        if (!number) return true;
        if (is_count) {
            parsed_.count = static_cast<std::size_t>(*number);
        } else {
            (is_since ? parsed_.filter.since : parsed_.filter.before) = WallTime::from_ms(*number);
        }
        return true;
    }

    CommandContext& context_;
    const Request& request_;
    SelectionKind kind_;
    DeadLetterSelection parsed_;
    std::size_t at_ = 3;
    bool has_failed_ = false;
};

}  // namespace

std::optional<DeadLetterSelection> parse_selection(CommandContext& context, SelectionKind kind) {
    return SelectionParser(context, kind).run();
}

std::optional<std::vector<SelectedLetter>> select(CommandContext& context, Key& key,
                                                  const DeadLetterSelection& selection) {
    std::vector<SelectedLetter> selected;
    std::set<EntryId> seen;
    std::size_t bytes_read = 0;
    for (const EntryId id : selection.ids) {
        if (!seen.insert(id).second) continue;
        const auto ref = key.stream()->find(id);
        bytes_read += ref ? ref->length : 0;
        if (bytes_read > dead_letter_bytes_max && !selected.empty()) {
            context.reply.error("ERR these dead letters are more than " +
                                std::to_string(dead_letter_bytes_max >> 20) +
                                " MiB together; name fewer at a time");
            return std::nullopt;
        }
        const auto entry = ref ? context.engine.read_entry(key, id, *ref)
                               : Result<EntryView>(Error{Errc::not_found, ""});
        const Fields fields = entry ? fields_of(*entry) : Fields{};
        auto letter = decode_dead_letter(fields);
        if (!letter) {
            context.reply.error("ERR there is no dead letter " + id.text());
            return std::nullopt;
        }
        selected.push_back({id, fields, std::move(*letter)});
    }
    if (!selection.ids.empty()) return selected;
    const auto go_on = for_each_dead_letter(
        context, key, selection.after, [&](EntryId id, const Fields& fields, const auto& letter) {
            if (letter && matches(selection.filter, *letter)) {
                selected.push_back({id, fields, *letter});
            }
            return selected.size() < selection.count;
        });
    // With some at hand the caller goes on behind the last of them.
    if (go_on && selected.empty()) {
        context.reply.error("ERR none that match up to " + go_on->text() +
                            ", and there are more; go on with AFTER " + go_on->text());
        return std::nullopt;
    }
    return selected;
}

}  // namespace sluice

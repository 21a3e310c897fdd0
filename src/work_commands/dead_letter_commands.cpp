// SLUICE.DLQ.

#include <algorithm>
#include <map>

#include "bus/error_signature.hpp"
#include "event/event_fields.hpp"
#include "server/error_replies.hpp"
#include "server/server.hpp"
#include "stream_commands/entry_fields.hpp"
#include "stream_commands/stream_ids.hpp"
#include "stream_commands/stream_retention.hpp"
#include "work_commands/dead_letter_selection.hpp"
#include "work_commands/work_access.hpp"
#include "work_commands/work_handlers.hpp"

namespace sluice {

namespace {

// The dead letters of the stream of argument 2; an empty key when there are none. Nothing when an
// error has been replied.
std::optional<StreamKey> dead_letters_argument(CommandContext& context) {
    return find_stream(context, std::string(context.request[2]) + std::string(dead_letters_suffix));
}

void write_fields(ReplyWriter& reply, const Fields& fields) {
    reply.array(2 * fields.size());
    for (const Field& field : fields) {
        reply.bulk(field.name);
        reply.bulk(field.value);
    }
}

struct Kind {
    std::uint64_t count = 0;
    EntryId first;
    EntryId last;
    std::string pattern;
};

// The row for those behind the last that a command looks at.
Kind not_looked_at(const Stream& stream, EntryId go_on) {
    return {.count = stream.index().count_above(go_on),
            .first = go_on,
            .last = stream.last_id(),
            .pattern = "not looked at; go on with AFTER " + go_on.text()};
}

// Whom a replayed event is for; nothing when the group of then is gone and nobody else was named.
std::optional<std::string> addressee(const DeadLetterSelection& selection, const Stream& stream,
                                     const DeadLetter& letter) {
    if (selection.to && *selection.to == "ALL") return "";
    const std::string& group = selection.to ? *selection.to : letter.group;
    if (stream.find_group(group) == nullptr) return std::nullopt;
    return group;
}

class ReplayCommand {
  public:
    ReplayCommand(CommandContext& context, StreamKey target, StreamKey dead,
                  const DeadLetterSelection& selection)
        : context_(context), target_(target), dead_(dead), selection_(selection) {}

    void run() {
        const auto letters = select(context_, *dead_.key, selection_);
        if (!letters || !find_addressees(*letters)) return;
        // All of them or none: a refusal in their midst would hide which went back.
        if (!selection_.is_dry && !has_room_for(*letters)) return;
        const std::size_t mark = context_.reply.mark();
        context_.reply.array(letters->size());
        for (std::size_t i = 0; i < letters->size(); ++i) {
            const auto id = selection_.is_dry ? std::optional<EntryId>()
                                              : replay((*letters)[i], addressees_[i], mark);
            if (!selection_.is_dry && !id) return;
            context_.reply.array(2);
            context_.reply.entry_id((*letters)[i].id);
            id ? context_.reply.entry_id(*id) : context_.reply.null();
        }
    }

  private:
    bool find_addressees(std::span<const SelectedLetter> letters) {
        for (const SelectedLetter& selected : letters) {
            auto group = addressee(selection_, *target_.stream, selected.letter);
            if (!group) {
                context_.reply.error("NOGROUP the group '" +
                                     printable(selection_.to.value_or(selected.letter.group), 128) +
                                     "' of dead letter " + selected.id.text() +
                                     " is not there; name another, or ALL, with TO");
                return false;
            }
            addressees_.push_back(std::move(*group));
        }
        return true;
    }

    bool has_room_for(std::span<const SelectedLetter> letters) {
        std::uint64_t bytes = 0;
        for (const SelectedLetter& selected : letters)
            bytes += bulk_bytes_of(replay_fields(selected.fields)).size();
        return has_room(context_, target_, {letters.size(), bytes});
    }

    std::optional<EntryId> replay(const SelectedLetter& selected, std::string_view group,
                                  std::size_t mark) {
        const std::size_t here = context_.reply.mark();
        const auto id = append_fields(context_, target_, replay_fields(selected.fields));
        if (!id) {
            // The error stands behind what was written so far: it is the whole answer.
            const std::string error(context_.session.output_from(here));
            context_.reply.truncate(mark);
            context_.reply.raw(error);
            return std::nullopt;
        }
        if (!group.empty()) commit_effect(context_, target_, address_effect(*id, group));
        const EntryId gone[] = {selected.id};
        erase_entries(context_, dead_, gone);
        return id;
    }

    CommandContext& context_;
    StreamKey target_;
    StreamKey dead_;
    const DeadLetterSelection& selection_;
    std::vector<std::string> addressees_;
};

// The fields after the edit; nothing, with the error replied, when it must not be.
std::optional<Fields> edited_fields(CommandContext& context, const SelectedLetter& selected) {
    Fields fields = selected.fields;
    for (std::size_t at = 4; at + 1 < context.request.size(); at += 2) {
        const std::string_view name = context.request[at];
        if (is_bookkeeping_field(name)) {
            context.reply.error("ERR the field '" + printable(name, 128) +
                                "' is one of the bus's books and is not edited");
            return std::nullopt;
        }
        const auto there = std::ranges::find(fields, name, &Field::name);
        const std::string value(context.request[at + 1]);
        if (there != fields.end()) {
            there->value = value;
        } else {
            fields.insert(fields.begin(), {std::string(name), value});
        }
    }
    // What was an event must stay one.
    if (decode_fields(selected.letter.original)) {
        const auto letter = decode_dead_letter(fields);
        const auto event = decode_fields(letter ? letter->original : fields);
        if (!event) {
            reply_error(context.reply, event.error());
            return std::nullopt;
        }
    }
    return fields;
}

}  // namespace

void run_dead_letters_list(CommandContext& context) {
    const auto selection = parse_selection(context, SelectionKind::list);
    if (!selection) return;
    const auto dead = dead_letters_argument(context);
    if (!dead) return;
    if (!*dead) return context.reply.array(0);
    const auto letters = select(context, *dead->key, *selection);
    if (!letters) return;
    context.reply.array(letters->size());
    for (const SelectedLetter& selected : *letters) {
        context.reply.array(2);
        context.reply.entry_id(selected.id);
        write_fields(context.reply, selected.fields);
    }
}

void run_dead_letters_summary(CommandContext& context) {
    const auto selection = parse_selection(context, SelectionKind::list);
    if (!selection) return;
    const auto dead = dead_letters_argument(context);
    if (!dead) return;
    if (!*dead) return context.reply.array(0);
    std::map<std::string, Kind> kinds;
    const auto go_on = for_each_dead_letter(
        context, *dead->key, selection->after, [&](EntryId id, const Fields&, const auto& letter) {
            if (!letter || !matches(selection->filter, *letter)) return true;
            const ErrorSignature signature = signature_of(letter->error);
            Kind& kind = kinds[signature.hex()];
            if (kind.count++ == 0) kind.first = id;
            kind.last = id;
            kind.pattern = signature.pattern;
            return kinds.size() < selection->count * 10;
        });
    std::vector<std::pair<std::string, Kind>> order(kinds.begin(), kinds.end());
    std::ranges::sort(order, [](const auto& a, const auto& b) {
        return std::tie(b.second.count, a.first) < std::tie(a.second.count, b.first);
    });
    if (order.size() > selection->count) order.resize(selection->count);
    if (go_on) order.emplace_back("more", not_looked_at(*dead->stream, *go_on));
    context.reply.array(order.size());
    for (const auto& [signature, kind] : order) {
        context.reply.array(5);
        context.reply.bulk(signature);
        context.reply.integer(static_cast<std::int64_t>(kind.count));
        context.reply.entry_id(kind.first);
        context.reply.entry_id(kind.last);
        context.reply.bulk(kind.pattern);
    }
}

void run_dead_letters_replay(CommandContext& context) {
    const auto selection = parse_selection(context, SelectionKind::replay);
    if (!selection) return;
    const auto target = find_stream(context, context.request[2]);
    if (!target) return;
    const auto dead = dead_letters_argument(context);
    if (!dead) return;
    if (!*target || !*dead) {
        return context.reply.error("ERR the stream '" + printable(context.request[2], 512) +
                                   "' is not there or has no dead letters");
    }
    ReplayCommand(context, *target, *dead, *selection).run();
}

void run_dead_letters_edit(CommandContext& context) {
    if (context.request.size() % 2 != 0) {
        return context.reply.error("ERR each field is followed by its value");
    }
    const auto id = id_argument(context, 3);
    if (!id) return;
    const auto dead = dead_letters_argument(context);
    if (!dead) return;
    DeadLetterSelection selection;
    selection.ids = {*id};
    if (!*dead) return context.reply.error("ERR there is no dead letter " + id->text());
    const auto letters = select(context, *dead->key, selection);
    if (!letters) return;
    const auto fields = edited_fields(context, letters->front());
    if (!fields) return;
    const auto edited = append_fields(context, *dead, *fields);
    if (!edited) return;
    erase_entries(context, *dead, selection.ids);
    context.reply.entry_id(*edited);
}

void run_dead_letters_purge(CommandContext& context) {
    const auto selection = parse_selection(context, SelectionKind::purge);
    if (!selection) return;
    const auto dead = dead_letters_argument(context);
    if (!dead) return;
    if (!*dead) return context.reply.integer(0);
    const auto letters = select(context, *dead->key, *selection);
    if (!letters) return;
    std::vector<EntryId> ids;
    for (const SelectedLetter& selected : *letters)
        ids.push_back(selected.id);
    erase_entries(context, *dead, ids);
    context.server.log("purged " + std::to_string(ids.size()) + " dead letters of '" +
                       printable(context.request[2], 128) + "': " + printable(selection->why, 256));
    context.reply.integer(static_cast<std::int64_t>(ids.size()));
}

}  // namespace sluice

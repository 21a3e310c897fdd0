// Documents are hashes, their lists sorted sets.
//
// Theory     A conditional put watches the key, looks, and writes in a transaction that fails when
//            the key changed meanwhile; then it looks again. So it needs a connection of its own.
#include <algorithm>
#include <charconv>
#include <memory>

#include "command_store/reply_reading.hpp"
#include "command_store/wording.hpp"
#include "resp/real_text.hpp"

namespace sluice {
namespace {

std::optional<double> read_real(const Reply& reply) {
    if (reply.kind == Reply::Kind::real) return reply.real;
    double value = 0;
    const char* const end = reply.text.data() + reply.text.size();
    const auto read = std::from_chars(reply.text.data(), end, value);
    return read.ec == std::errc() && read.ptr == end ? std::optional(value) : std::nullopt;
}

bool writes_anything(const PutDocument& put) {
    return !put.fields.empty() || put.rank.has_value();
}

ExchangeStep put_step(const PutDocument& put) {
    ExchangeStep step;
    CommandText("MULTI").add_to(step);
    if (!put.fields.empty()) {
        CommandText text("HSET");
        text.word(put.key);
        for (const Field& field : put.fields)
            text.word(field.name).word(field.value);
        text.add_to(step);
    }
    if (put.rank) {
        RealText buffer;
        CommandText("ZADD")
            .word(put.rank->list)
            .word(write_real(put.rank->score, buffer))
            .word(put.rank->member)
            .add_to(step);
    }
    CommandText("EXEC").add_to(step);
    return step;
}

// A command inside that fails (another type of key) leaves what the other one did.
template <class T>
Answer<T> read_put(std::vector<Reply> replies, T done) {
    const auto inside = read_transaction(std::move(replies));
    if (!inside.is_ok()) return inside.template failure_as<T>();
    const auto failed = std::ranges::find_if(*inside, &Reply::is_error);
    if (failed == inside->end()) return done;
    const bool is_whole = std::ranges::all_of(*inside, &Reply::is_error);
    if (is_whole) return refusal<T>(failed->text);
    return Answer<T>::indeterminate(meaning_of(failed->text).error);
}

class Comparison {
  public:
    explicit Comparison(PutDocumentIf request) : request_(std::move(request)) {}

    ExchangeStep look() const {
        ExchangeStep step{.effects = Effects::none};
        CommandText("WATCH").word(request_.put.key).add_to(step);
        CommandText("HGET").word(request_.put.key).word(request_.condition.field).add_to(step);
        return step;
    }

    // What comes after the replies to a look, or to a write.
    ExchangeStep after(const std::vector<Reply>& replies) {
        return std::exchange(is_looking_, false) ? after_look(replies) : after_write(replies);
    }

    Answer<ConditionalPut> end(std::vector<Reply>& replies) {
        if (is_over_) return refused_or(ConditionalPut{.is_done = false, .found = found_});
        if (replies.back().is_nothing()) {
            return Answer<ConditionalPut>::failed(
                {Errc::conflict, "the document changed again and again meanwhile"});
        }
        return read_put(std::move(replies), ConditionalPut{.is_done = true});
    }

    // The connection was lost: from the beginning.
    void restart() { is_looking_ = true; }

  private:
    static constexpr int looks_max = 16;

    ExchangeStep after_look(const std::vector<Reply>& replies) {
        const Reply& value = replies.back();
        found_ = value.is_nothing() ? std::nullopt : std::optional(value.text);
        if (value.is_error()) error_ = value.text;
        if (!error_.empty() || found_ != request_.condition.value) {
            is_over_ = true;
            ExchangeStep unwatch{.effects = Effects::none};
            CommandText("UNWATCH").add_to(unwatch);
            return unwatch;
        }
        return put_step(request_.put);
    }

    ExchangeStep after_write(const std::vector<Reply>& replies) {
        const bool was_disturbed = !is_over_ && replies.back().is_nothing();
        if (!was_disturbed || ++looks_ == looks_max) return {};
        is_looking_ = true;
        return look();
    }

    Answer<ConditionalPut> refused_or(ConditionalPut value) const {
        return error_.empty() ? Answer<ConditionalPut>(std::move(value))
                              : refusal<ConditionalPut>(error_);
    }

    PutDocumentIf request_;
    bool is_looking_ = true;
    bool is_over_ = false;
    int looks_ = 0;
    std::optional<std::string> found_;
    std::string error_;
};

}  // namespace

Exchange exchange_for(const GetDocument& request, Completion<Fields> done) {
    Exchange exchange{.step = {.effects = Effects::none},
                      .done = end_with(std::move(done), read_fields)};
    CommandText("HGETALL").word(request.key).add_to(exchange.step);
    return exchange;
}

Exchange exchange_for(const PutDocument& request, Completion<Nothing> done) {
    Exchange exchange{.done = end_all_with(std::move(done), [](std::vector<Reply>& replies) {
                          return read_put(std::move(replies), Nothing{});
                      })};
    if (writes_anything(request)) exchange.step = put_step(request);
    return exchange;
}

Exchange exchange_for(const PutDocumentIf& request, Completion<ConditionalPut> done) {
    const auto comparison = std::make_shared<Comparison>(request);
    Exchange exchange{.done = end_all_with(std::move(done),
                                           [comparison](std::vector<Reply>& replies) {
                                               return comparison->end(replies);
                                           }),
                      .needs_own_lane = true};
    if (!writes_anything(request.put)) return exchange;
    exchange.step = comparison->look();
    exchange.follow_up = [comparison](const std::vector<Reply>& replies) {
        return comparison->after(replies);
    };
    exchange.start_over = [comparison] { comparison->restart(); };
    return exchange;
}

Exchange exchange_for(const ListRanked& request, Completion<std::vector<RankedMember>> done) {
    using Members = std::vector<RankedMember>;
    const auto read = [](Reply& reply) -> std::optional<Members> {
        if (!reply.is_aggregate() || reply.elements.size() % 2 != 0) return std::nullopt;
        Members members;
        for (std::size_t i = 0; i < reply.elements.size(); i += 2) {
            const auto score = read_real(reply.elements[i + 1]);
            if (!score) return std::nullopt;
            members.push_back({std::move(reply.elements[i].text), *score});
        }
        return members;
    };
    Exchange exchange{.step = {.effects = Effects::none}, .done = end_with(std::move(done), read)};
    if (request.count == 0) return exchange;
    CommandText(request.highest_first ? "ZREVRANGE" : "ZRANGE")
        .word(request.list)
        .number(request.skip)
        .number(request.skip + request.count - 1)
        .word("WITHSCORES")
        .add_to(exchange.step);
    return exchange;
}

}  // namespace sluice

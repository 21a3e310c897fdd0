#include "command_store/lane.hpp"

#include <utility>

namespace sluice {

void Lane::send(StepNumber number, const ExchangeStep& step) {
    output_.append(step.bytes);
    queued_bytes_ += step.bytes.size();
    awaited_.push_back({number, step.replies, queued_bytes_, {}});
    awaited_.back().came.reserve(step.replies);
}

void Lane::on_sent(std::size_t bytes) {
    output_.consume(bytes);
    sent_bytes_ += bytes;
}

Result<std::vector<Lane::Answered>> Lane::on_bytes(std::string_view bytes) {
    std::vector<Answered> answered;
    parser_.feed(bytes);
    for (;;) {
        SLUICE_TRY_ASSIGN(auto reply, parser_.next());
        if (!reply) return answered;
        if (reply->kind == Reply::Kind::push) continue;
        if (awaited_.empty()) return Error{Errc::conflict, "a reply came that nobody asked for"};
        Awaited& first = awaited_.front();
        first.came.push_back(std::move(*reply));
        if (--first.replies > 0) continue;
        answered.push_back({first.step, std::move(first.came)});
        awaited_.pop_front();
    }
}

std::vector<Lane::Unanswered> Lane::restart() {
    std::vector<Unanswered> unanswered;
    for (const Awaited& each : awaited_)
        unanswered.push_back({each.step, each.end <= sent_bytes_});
    *this = {};
    return unanswered;
}

}  // namespace sluice

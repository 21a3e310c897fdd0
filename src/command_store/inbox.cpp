#include "command_store/inbox.hpp"

namespace sluice {

Inbox::Inbox(const StoreLimits& limits, std::function<void()> wake)
    : limits_(limits), wake_(std::move(wake)) {}

RequestTicket Inbox::submit(Exchange exchange) {
    std::optional<Error> objection;
    RequestTicket ticket = 0;
    {
        const std::lock_guard lock(mutex_);
        objection = objection_to(exchange);
        if (!objection) {
            ticket = ++last_ticket_;
            ++requests_;
            bytes_ += exchange.step.bytes.size();
            mail_.submitted.emplace_back(ticket, std::move(exchange));
        }
    }
    if (objection) {
        exchange.done(Answer<Exchange::Replies>::failed(std::move(*objection)));
    } else {
        wake_();
    }
    return ticket;
}

// With the mutex held.
std::optional<Error> Inbox::objection_to(const Exchange& exchange) const {
    if (mail_.is_closing) return Error{Errc::closed, "the store was closed"};
    if (exchange.step.replies == 0) {
        return Error{Errc::invalid, "a request to the store: " + exchange.objection};
    }
    if (exchange.wait > StoreLimits::wait_max) {
        return Error{Errc::invalid, "a request to the store: it waits for an hour at most"};
    }
    const std::size_t size = exchange.step.bytes.size();
    if (size > limits_.bytes_max) {
        return Error{Errc::invalid, "a request to the store: it has " + std::to_string(size) +
                                        " bytes, and at most " + std::to_string(limits_.bytes_max) +
                                        " are taken"};
    }
    if (requests_ >= limits_.requests_max || bytes_ + size > limits_.bytes_max) {
        return Error{Errc::limit, "too many requests of this store are under way"};
    }
    return std::nullopt;
}

void Inbox::cancel(RequestTicket ticket) {
    {
        const std::lock_guard lock(mutex_);
        mail_.cancelled.push_back(ticket);
    }
    wake_();
}

void Inbox::close() {
    {
        const std::lock_guard lock(mutex_);
        mail_.is_closing = true;
    }
    wake_();
}

Inbox::Mail Inbox::take() {
    const std::lock_guard lock(mutex_);
    const bool is_closing = mail_.is_closing;
    Mail mail = std::exchange(mail_, {});
    mail_.is_closing = is_closing;
    return mail;
}

void Inbox::release(std::size_t bytes) {
    const std::lock_guard lock(mutex_);
    --requests_;
    bytes_ -= bytes;
}

void deliver_mail(Inbox& inbox, ExchangeMachine& machine, MonoTime now) {
    Inbox::Mail mail = inbox.take();
    for (auto& [ticket, exchange] : mail.submitted)
        machine.submit(ticket, std::move(exchange), now);
    for (const RequestTicket ticket : mail.cancelled)
        machine.cancel(ticket);
    if (mail.is_closing) machine.begin_close(now);
}

bool end_finished(Inbox& inbox, ExchangeMachine& machine) {
    bool is_any = false;
    while (auto finished = machine.next_finished()) {
        inbox.release(finished->exchange.step.bytes.size());
        finished->end();
        is_any = true;
    }
    return is_any;
}

}  // namespace sluice

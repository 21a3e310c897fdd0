// Where requests wait for the thread of their store: the hand-over between callers and that thread.
//
// Promise    what was taken in will be given to take() once; what is over a limit, or comes after
//            close(), is answered within the call
// Invariant  requests_ and bytes_ count everything between submit() and release()
// Threads    submit(), cancel() and close() from any; take() and release() on the store's. One
//            mutex, held for moves of pointers only, never over a Completion or wake.
#pragma once

#include <cstddef>
#include <functional>
#include <mutex>
#include <utility>
#include <vector>

#include "command_store/exchange_machine.hpp"

namespace sluice {

class Inbox {
  public:
    // `wake` makes the store's thread call take() soon; any thread calls it.
    Inbox(const StoreLimits& limits, std::function<void()> wake);

    // 0 when the request was refused, and has been answered.
    RequestTicket submit(Exchange exchange);
    void cancel(RequestTicket ticket);
    void close();

    struct Mail {
        std::vector<std::pair<RequestTicket, Exchange>> submitted;
        std::vector<RequestTicket> cancelled;
        bool is_closing = false;
    };
    Mail take();
    // A request that take() gave is over.
    void release(std::size_t bytes);

  private:
    std::optional<Error> objection_to(const Exchange& exchange) const;

    const StoreLimits limits_;
    const std::function<void()> wake_;
    mutable std::mutex mutex_;
    Mail mail_;
    RequestTicket last_ticket_ = 0;
    std::size_t requests_ = 0;
    std::size_t bytes_ = 0;
};

// What came in goes to the machine.
void deliver_mail(Inbox& inbox, ExchangeMachine& machine, MonoTime now);
// Calls the Completions of what is over; answers whether there were any.
bool end_finished(Inbox& inbox, ExchangeMachine& machine);

}  // namespace sluice

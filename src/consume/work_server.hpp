// The server as a consumer sees it: one connection that waits for leases, one that settles them.
//
// Shape      connect() when due; ask() sends SLUICE.LEASE, take_leased() gives what has come of
//            it; settle(), extend() and left() are sent and answered at once, in one round trip
// Errors     refused (Errc::invalid): the server said no, and would again. Any other error: both
//            connections are given up, and connect() tries anew, later each time.
// Promise    a lease whose answer was lost with its connection ends by itself; nothing is
//            settled that was not leased
// Threads    one
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <poll.h>
#include <span>
#include <string>
#include <vector>

#include "consume/delivery.hpp"
#include "consume/settle.hpp"
#include "io/random.hpp"
#include "net/client.hpp"

namespace sluice {

struct WorkQuestion {
    std::string stream;
    Member member;
    std::optional<Duration> lease;  // the group's own when it is not there
};

struct LeaseName {
    std::string id;
    std::uint64_t epoch = 0;
};

class WorkServer {
  public:
    using Connect = std::function<Result<Client>()>;
    // How long the server holds a question for which it has nothing: also how long a stop may
    // wait for an answer that is under way.
    static constexpr Duration block = Duration::from_ms(500);

    WorkServer(WorkQuestion question, Connect connect, std::uint64_t seed)
        : question_(std::move(question)), connect_(std::move(connect)), random_(seed) {}

    bool is_connected() const { return leases_.has_value(); }
    // How long an answer is awaited from now on.
    void set_patience(Duration patience) { patience_ = patience; }
    MonoTime try_due() const { return try_due_; }
    Result<void> connect(MonoTime now);

    bool is_asking() const { return is_asking_; }
    Result<void> ask(std::size_t count, bool waits, MonoTime now);
    // Nothing while the answer is under way; timeout when it is so for too long.
    Result<std::optional<std::vector<ConsumedEvent>>> take_leased(MonoTime now);
    void add_to(std::vector<pollfd>& waiting) const;

    Result<std::vector<SettleAnswer>> settle(std::span<const std::vector<std::string>> requests);
    Result<std::vector<SettleAnswer::Word>> extend(std::span<const LeaseName> names,
                                                   Duration lease);
    // Entries that are waiting, parked or in work anywhere in the group.
    Result<std::uint64_t> left();

    // Takes the consumer's name out of the group, when nothing can be lost with it: it holds no
    // entry, and no request of ours can still be under way.
    Result<void> leave();

    // After an error that is not a refusal.
    void give_up(MonoTime now);

  private:
    Result<Reply> call(const std::vector<std::string>& words);

    WorkQuestion question_;
    Connect connect_;
    Random random_;
    std::optional<Client> leases_;
    std::optional<Client> settles_;
    bool was_lost_ = false;  // a connection, with whatever was asked on it
    bool is_asking_ = false;
    Duration patience_ = Duration::from_seconds(5);
    MonoTime asked_;
    std::uint32_t failures_ = 0;
    MonoTime try_due_;
};

}  // namespace sluice

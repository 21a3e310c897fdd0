// The leases that a consumer holds, and what must be said about them: a machine without sockets.
//
// Shape      begin() a lease, settle() it when its handler is over; take_requests() gives what is
//            to be sent now, and every request comes back through on_reply() or on_lost()
// Promise    a lease is extended each third of its time until it is settled; a settle whose answer
//            was lost is sent again, and "it is gone" is then no surprise but unclear
// Invariant  a lease stays until its handler is over, also when the server has ended it: a slot
//            is free when the handler is
// Key        id and epoch: the same event may be leased again while its first handler still runs
// Threads    one at a time
#pragma once

#include <compare>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "event/time.hpp"
#include "resp/reply.hpp"
#include "sluice/consumer.hpp"

namespace sluice {

struct LeaseKey {
    std::string id;
    std::string epoch;
    friend auto operator<=>(const LeaseKey&, const LeaseKey&) = default;
};

struct SettleRequest {
    enum class Kind : std::uint8_t { extend, ack, release, fail, dead };
    Kind kind = Kind::extend;
    std::vector<std::string> args;
    std::vector<LeaseKey> leases;  // that it is about, in order
};

class LeaseLedger {
  public:
    struct Terms {
        std::string stream;
        std::string group;
        Duration lease;
    };
    explicit LeaseLedger(Terms terms) : terms_(std::move(terms)) {}

    void begin(const LeaseKey& key, MonoTime now);
    void settle(const LeaseKey& key, Settlement settlement);

    // Due extensions, and settles that were not sent yet: one request for each kind of word, one
    // for each failure.
    std::vector<SettleRequest> take_requests(MonoTime now);
    // What the server answered; notices for what went another way than the handler said.
    std::vector<Notice> on_reply(const SettleRequest& request, const Reply& reply);
    // The connection broke before the answer.
    void on_lost(const SettleRequest& request, MonoTime now);

    // When take_requests() has something; nothing when only a handler can change that.
    std::optional<MonoTime> deadline() const;
    std::size_t size() const { return leases_.size(); }
    // Those that handlers have or wait for; what else there is waits for the server.
    std::size_t unsettled() const { return unsettled_; }
    const ConsumerCounts& counts() const { return counts_; }

  private:
    struct Lease {
        MonoTime extend_at{};
        bool is_over = false;       // the server gave the event away
        bool is_in_flight = false;  // the settle was sent
        bool is_repeated = false;   // and sent before
        std::optional<Settlement> settlement = {};
    };
    using Leases = std::map<LeaseKey, Lease>;

    void add_settle(std::vector<SettleRequest>& requests, const LeaseKey& key, Lease& lease);
    SettleRequest& request_for(std::vector<SettleRequest>& requests, SettleRequest::Kind kind);
    void on_word(const SettleRequest& request, Leases::iterator at, std::string_view word,
                 std::vector<Notice>& notices);
    Notice stale(const LeaseKey& key, std::string_view word);
    void count(SettleRequest::Kind kind);

    Terms terms_;
    Leases leases_;
    std::size_t unsettled_ = 0;
    ConsumerCounts counts_;
};

}  // namespace sluice

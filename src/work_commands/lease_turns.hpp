// Whose turn it is among the streams of one SLUICE.LEASE: tenants first, then the streams of each.
//
// Theory     The streams of a tenant have one turn together, as large as its weight, and take turns
//            within it; a stream of nobody has its own. So a tenant gains nothing by having many.
// Promise    between two entries of a waiting tenant each other one has at most its quantum,
//            however long the backlogs are and whoever asks
#pragma once

#include <cstddef>
#include <optional>
#include <span>
#include <string_view>
#include <vector>

#include "work_commands/turns.hpp"

namespace sluice {

class Dispatch;

class LeaseTurns {
  public:
    // The keys of one database differ, and outlive this.
    LeaseTurns(Dispatch& dispatch, TenantNumber database, std::string_view group,
               std::span<const std::string_view> keys, MonoTime now);

    // The place among the keys of the stream that is next; nothing when none has work.
    std::optional<std::size_t> next();
    // What was taken from the one that is next.
    void charge(EntryRef ref);
    // The one that is next has no more.
    void end_work();

  private:
    // A tenant, or a stream of nobody.
    struct Unit {
        std::string_view name;
        std::vector<std::size_t> streams;
    };

    static std::vector<Unit> units_of(TenantNumber database,
                                      std::span<const std::string_view> keys);
    static std::vector<std::string_view> names_of(std::span<const Unit> units);
    void enter(const Unit& unit);

    Dispatch& dispatch_;
    TenantNumber database_;
    std::string_view group_;
    std::span<const std::string_view> keys_;
    MonoTime now_;
    std::vector<Unit> units_;
    std::vector<std::string_view> names_;
    FairShare::Round round_;
    std::optional<std::size_t> unit_;          // the one that is next
    std::size_t stream_ = 0;                   // its place in the unit
    std::optional<FairShare::Round> streams_;  // of a unit with several
};

}  // namespace sluice

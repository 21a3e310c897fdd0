// Requests to a store in the words of the RESP door: docs/protocol/sluice.md and resp.md.
//
// Promise    pure: a request becomes bytes, replies become the answer; one overload for each
//            request
// Errors     an exchange without commands says that the request asks for nothing: the store
//            refuses it as invalid
#pragma once

#include "command_store/exchange.hpp"
#include "store/store.hpp"

namespace sluice {

Exchange exchange_for(const AppendEntries& request, Completion<std::vector<EntryId>> done);
Exchange exchange_for(const SetKeyWindow& request, Completion<Nothing> done);
Exchange exchange_for(const ReadRange& request, Completion<std::vector<StoredEntry>> done);
Exchange exchange_for(const ReadAfter& request, Completion<std::vector<StoredEntry>> done);
Exchange exchange_for(const WatchStreams& request, Completion<std::vector<std::string>> done);
Exchange exchange_for(const TrimStream& request, Completion<std::uint64_t> done);

Exchange exchange_for(const CreateGroup& request, Completion<Nothing> done);
Exchange exchange_for(const ShowGroup& request, Completion<GroupState> done);
Exchange exchange_for(const LeaseEntries& request, Completion<std::vector<LeasedEntry>> done);
Exchange exchange_for(const ExtendLeases& request, Completion<std::vector<LeaseWord>> done);
Exchange exchange_for(const SettleLeases& request, Completion<std::vector<SettledLease>> done);

Exchange exchange_for(const ListDeadEntries& request, Completion<std::vector<StoredEntry>> done);
Exchange exchange_for(const ReplayDeadEntries& request,
                      Completion<std::vector<ReplayedEntry>> done);
Exchange exchange_for(const EditDeadEntry& request, Completion<EntryId> done);
Exchange exchange_for(const PurgeDeadEntries& request, Completion<std::uint64_t> done);

Exchange exchange_for(const GetDocument& request, Completion<Fields> done);
Exchange exchange_for(const PutDocument& request, Completion<Nothing> done);
Exchange exchange_for(const PutDocumentIf& request, Completion<ConditionalPut> done);
Exchange exchange_for(const ListRanked& request, Completion<std::vector<RankedMember>> done);

// Whole milliseconds, rounded up: what is asked to wait never waits less.
std::int64_t ms_rounded_up(Duration time);

}  // namespace sluice

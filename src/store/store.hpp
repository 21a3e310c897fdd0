// What the bus asks of any store: the embedded engine, a server, Redis or Valkey.
//
// Shape      every request is a struct; its Completion is called when it has ended (answer.hpp).
//            A ticket names a request that was taken, for cancel(); 0 says that it was not.
// Order      requests that wait for nothing are done in the order in which they were made. One that
//            may wait (its `wait` is not zero) or must look before it writes (PutDocumentIf) has no
//            order with others.
// Promise    each Completion is called exactly once, also after cancel() and close(); the effects
//            of an "ok" are as durable as the stream says at most requests_max requests and
//            bytes_max bytes are in flight; the next one is answered `limit` at once: back
//            pressure is an answer, never a hidden block or a queue
// Errors     invalid, not_found, exists, conflict, limit, timeout, unavailable, corrupt, io, closed
// Threads    all calls from any thread. A Completion runs on the store's own thread, one at a time;
//            it must not block, and may make requests. Only a request that is refused at once
//            (limit, closed, nothing to do) is completed on the caller's thread, within the call:
//            what is refused must not take room.
// Seams      schedules, tenants and publishing rules are requests of their own family, to come
//            beside those below; a store serves one tenant, whom its connection names
#pragma once

#include <cstdint>

#include "store/completion.hpp"
#include "store/dead_letter_requests.hpp"
#include "store/document_requests.hpp"
#include "store/stream_requests.hpp"
#include "store/work_requests.hpp"

namespace sluice {

using RequestTicket = std::uint64_t;

struct StoreLimits {
    std::size_t requests_max = 1024;
    std::size_t bytes_max = 64UL << 20;  // a request that is larger on its own is `invalid`
    std::size_t waiting_max = 64;        // requests of those that wait, or look before they write
    // A request ends after this, and its wait.
    Duration request_time = Duration::from_seconds(5);
    // close() lets what was begun come to its end for so long.
    Duration close_time = Duration::from_seconds(2);

    static constexpr std::size_t batch_bytes_max = 8UL << 20;  // of several entries in one step
    static constexpr Duration wait_max = Duration::from_seconds(3600);  // of one request
};

class Store {
  public:
    virtual ~Store() = default;

    // --- entries ---
    virtual RequestTicket append(AppendEntries, Completion<std::vector<EntryId>>) = 0;
    virtual RequestTicket set_key_window(SetKeyWindow, Completion<Nothing>) = 0;
    virtual RequestTicket read(ReadRange, Completion<std::vector<StoredEntry>>) = 0;
    virtual RequestTicket read(ReadAfter, Completion<std::vector<StoredEntry>>) = 0;
    virtual RequestTicket watch(WatchStreams, Completion<std::vector<std::string>>) = 0;
    virtual RequestTicket trim(TrimStream, Completion<std::uint64_t>) = 0;

    // --- groups and leases ---
    virtual RequestTicket create_group(CreateGroup, Completion<Nothing>) = 0;
    virtual RequestTicket show_group(ShowGroup, Completion<GroupState>) = 0;
    virtual RequestTicket lease(LeaseEntries, Completion<std::vector<LeasedEntry>>) = 0;
    // One word for each lease, in order.
    virtual RequestTicket extend(ExtendLeases, Completion<std::vector<LeaseWord>>) = 0;
    virtual RequestTicket settle(SettleLeases, Completion<std::vector<SettledLease>>) = 0;

    // --- dead letters ---
    virtual RequestTicket list_dead(ListDeadEntries, Completion<std::vector<StoredEntry>>) = 0;
    virtual RequestTicket replay_dead(ReplayDeadEntries,
                                      Completion<std::vector<ReplayedEntry>>) = 0;
    virtual RequestTicket edit_dead(EditDeadEntry, Completion<EntryId>) = 0;
    virtual RequestTicket purge_dead(PurgeDeadEntries, Completion<std::uint64_t>) = 0;

    // --- documents ---
    virtual RequestTicket get_document(GetDocument, Completion<Fields>) = 0;
    virtual RequestTicket put_document(PutDocument, Completion<Nothing>) = 0;
    virtual RequestTicket put_document_if(PutDocumentIf, Completion<ConditionalPut>) = 0;
    virtual RequestTicket list_ranked(ListRanked, Completion<std::vector<RankedMember>>) = 0;

    // Ends the wait of a request: it answers at once, with what it has. A request that was not sent
    // yet fails as `closed`; for others it is too late, and they answer as ever.
    virtual void cancel(RequestTicket ticket) = 0;
    // Refuses what comes, ends every wait, lets the rest end. When it returns, every Completion has
    // been called. Not on the store's own thread, which it waits for.
    virtual void close() = 0;
};

}  // namespace sluice

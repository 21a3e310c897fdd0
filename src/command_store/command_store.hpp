// A Store that speaks the commands of the RESP door: each request becomes an Exchange.
//
// Why        a server far away and the engine in this process understand the same commands, so they
//            have one semantics; a shell below this class carries bytes to the one or the other
// Threads    as store.hpp says; the shell's thread takes from inbox()
#pragma once

#include "command_store/inbox.hpp"
#include "command_store/wording.hpp"
#include "store/store.hpp"

namespace sluice {

class CommandStore : public Store {
  public:
    RequestTicket append(AppendEntries request, Completion<std::vector<EntryId>> done) override;
    RequestTicket set_key_window(SetKeyWindow request, Completion<Nothing> done) override;
    RequestTicket read(ReadRange request, Completion<std::vector<StoredEntry>> done) override;
    RequestTicket read(ReadAfter request, Completion<std::vector<StoredEntry>> done) override;
    RequestTicket watch(WatchStreams request, Completion<std::vector<std::string>> done) override;
    RequestTicket trim(TrimStream request, Completion<std::uint64_t> done) override;
    RequestTicket create_group(CreateGroup request, Completion<Nothing> done) override;
    RequestTicket show_group(ShowGroup request, Completion<GroupState> done) override;
    RequestTicket lease(LeaseEntries request, Completion<std::vector<LeasedEntry>> done) override;
    RequestTicket extend(ExtendLeases request, Completion<std::vector<LeaseWord>> done) override;
    RequestTicket settle(SettleLeases request, Completion<std::vector<SettledLease>> done) override;
    RequestTicket list_dead(ListDeadEntries request,
                            Completion<std::vector<StoredEntry>> done) override;
    RequestTicket replay_dead(ReplayDeadEntries request,
                              Completion<std::vector<ReplayedEntry>> done) override;
    RequestTicket edit_dead(EditDeadEntry request, Completion<EntryId> done) override;
    RequestTicket purge_dead(PurgeDeadEntries request, Completion<std::uint64_t> done) override;
    RequestTicket get_document(GetDocument request, Completion<Fields> done) override;
    RequestTicket put_document(PutDocument request, Completion<Nothing> done) override;
    RequestTicket put_document_if(PutDocumentIf request, Completion<ConditionalPut> done) override;
    RequestTicket list_ranked(ListRanked request,
                              Completion<std::vector<RankedMember>> done) override;
    void cancel(RequestTicket ticket) override { inbox_.cancel(ticket); }

  protected:
    CommandStore(const StoreLimits& limits, std::function<void()> wake)
        : inbox_(limits, std::move(wake)) {}
    Inbox& inbox() { return inbox_; }

  private:
    template <class Request, class Done>
    RequestTicket submit(const Request& request, Done done) {
        return inbox_.submit(exchange_for(request, std::move(done)));
    }

    Inbox inbox_;
};

}  // namespace sluice

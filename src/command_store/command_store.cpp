#include "command_store/command_store.hpp"

namespace sluice {

RequestTicket CommandStore::append(AppendEntries request, Completion<std::vector<EntryId>> done) {
    return submit(request, std::move(done));
}

RequestTicket CommandStore::set_key_window(SetKeyWindow request, Completion<Nothing> done) {
    return submit(request, std::move(done));
}

RequestTicket CommandStore::read(ReadRange request, Completion<std::vector<StoredEntry>> done) {
    return submit(request, std::move(done));
}

RequestTicket CommandStore::read(ReadAfter request, Completion<std::vector<StoredEntry>> done) {
    return submit(request, std::move(done));
}

RequestTicket CommandStore::watch(WatchStreams request, Completion<std::vector<std::string>> done) {
    return submit(request, std::move(done));
}

RequestTicket CommandStore::trim(TrimStream request, Completion<std::uint64_t> done) {
    return submit(request, std::move(done));
}

RequestTicket CommandStore::create_group(CreateGroup request, Completion<Nothing> done) {
    return submit(request, std::move(done));
}

RequestTicket CommandStore::show_group(ShowGroup request, Completion<GroupState> done) {
    return submit(request, std::move(done));
}

RequestTicket CommandStore::lease(LeaseEntries request, Completion<std::vector<LeasedEntry>> done) {
    return submit(request, std::move(done));
}

RequestTicket CommandStore::extend(ExtendLeases request, Completion<std::vector<LeaseWord>> done) {
    return submit(request, std::move(done));
}

RequestTicket CommandStore::settle(SettleLeases request,
                                   Completion<std::vector<SettledLease>> done) {
    return submit(request, std::move(done));
}

RequestTicket CommandStore::list_dead(ListDeadEntries request,
                                      Completion<std::vector<StoredEntry>> done) {
    return submit(request, std::move(done));
}

RequestTicket CommandStore::replay_dead(ReplayDeadEntries request,
                                        Completion<std::vector<ReplayedEntry>> done) {
    return submit(request, std::move(done));
}

RequestTicket CommandStore::edit_dead(EditDeadEntry request, Completion<EntryId> done) {
    return submit(request, std::move(done));
}

RequestTicket CommandStore::purge_dead(PurgeDeadEntries request, Completion<std::uint64_t> done) {
    return submit(request, std::move(done));
}

RequestTicket CommandStore::get_document(GetDocument request, Completion<Fields> done) {
    return submit(request, std::move(done));
}

RequestTicket CommandStore::put_document(PutDocument request, Completion<Nothing> done) {
    return submit(request, std::move(done));
}

RequestTicket CommandStore::put_document_if(PutDocumentIf request,
                                            Completion<ConditionalPut> done) {
    return submit(request, std::move(done));
}

RequestTicket CommandStore::list_ranked(ListRanked request,
                                        Completion<std::vector<RankedMember>> done) {
    return submit(request, std::move(done));
}

}  // namespace sluice

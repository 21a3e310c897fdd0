#include "engine/engine.hpp"

#include <algorithm>
#include <utility>

#include "engine/engine_state.hpp"
#include "engine/key_record.hpp"
#include "engine/replay.hpp"
#include "event/result.hpp"

namespace sluice {

namespace {

class Job final : public Engine::IoJob {
  public:
    explicit Job(IoTask task) : task_(std::move(task)) {}
    void run() override { result_ = task_.work(); }
    bool is_flush() const override { return task_.is_flush; }
    void finish() { task_.done(std::move(result_)); }

  private:
    IoTask task_;
    Result<void> result_;
};

}  // namespace

RecordPlace Engine::State::commit(Key& key, RecordKind kind, std::string_view head,
                                  std::string_view body) {
    const RecordPlace place =
        journal->append({key.number, static_cast<std::uint8_t>(kind), 0}, head, body);
    newest_change = place.end();
    if (key.watched) tell(key.tenant, key.name, &key);
    return place;
}

void Engine::State::make_visible(Key& key, std::uint64_t position) {
    key.position = position;
    dependency.include(key.durability, position);
    if (key.durability == Durability::disk) disk_wanted = position;
}

RecordPlace Engine::State::record_clock(const ClockRecord& said) {
    journal->begin_command();
    return journal->append({0, static_cast<std::uint8_t>(RecordKind::clock), 0}, {},
                           encode_clock(said));
}

void Engine::State::tell(TenantNumber tenant, std::string_view name, Key* key) {
    if (listener != nullptr) listener->on_change(tenant, name, key);
}

void Engine::State::remove_key(Key& key) {
    const RecordPlace place = commit(key, RecordKind::key_removed, {}, {});
    make_visible(key, place.end());
    removals.include(key.durability, place.end());
    if (Stream* const stream = key.stream()) {
        stream->for_each_entry([this, &place](EntryId, EntryRef ref) {
            journal->segments().remove_live(ref.position, ref.length, place.end());
        });
    }
    const auto removed = keys.remove(key);
    tell(removed->tenant, removed->name, nullptr);
}

Engine::Engine(std::unique_ptr<State> state) : state_(std::move(state)) {}
Engine::~Engine() = default;

Result<std::unique_ptr<Engine>> Engine::open(FileSystem& files, const EngineOptions& options,
                                             WallTime wall, MonoTime mono) {
    auto state = std::make_unique<State>(files, options);
    SLUICE_TRY(state->recover(wall, mono));
    return std::unique_ptr<Engine>(new Engine(std::move(state)));
}

void Engine::begin_turn(WallTime wall, MonoTime mono) {
    state_->wall = wall;
    state_->mono = mono;
}

WallTime Engine::wall() const {
    return state_->wall;
}
MonoTime Engine::mono() const {
    return state_->mono;
}

void Engine::begin_command() {
    state_->dependency = {};
    state_->journal->begin_command();
}

const Dependency& Engine::dependency() const {
    return state_->dependency;
}

Dependency Engine::everything() const {
    Dependency everything;
    everything.include(Durability::disk, state_->newest_change);
    return everything;
}

Dependency Engine::reached() const {
    return {state_->journal->written(), state_->journal->synced()};
}

// --- keyspace ---

Key* Engine::peek(TenantNumber tenant, std::string_view name) {
    Key* const key = state_->keys.find(tenant, name);
    if (key == nullptr || !key->expires_at || *key->expires_at > state_->wall) return key;
    ++state_->expired_keys;
    state_->remove_key(*key);
    return nullptr;
}

Key* Engine::find(TenantNumber tenant, std::string_view name) {
    Key* const key = peek(tenant, name);
    if (key == nullptr) {
        state_->dependency.include(state_->removals);
        return nullptr;
    }
    state_->dependency.include(key->durability, key->position);
    key->last_access = state_->mono;
    return key;
}

Key& Engine::create(TenantNumber tenant, std::string_view name, ValueType type) {
    auto owned = std::make_unique<Key>();
    owned->number = state_->next_number++;
    owned->tenant = tenant;
    owned->name = std::string(name);
    owned->value = empty_value(type);
    owned->durability = state_->options.durability;
    owned->last_access = state_->mono;
    Key& key = state_->keys.add(std::move(owned));
    const std::string body = encode_key_created({type, key.durability, tenant, name});
    state_->make_visible(key, state_->commit(key, RecordKind::key_created, {}, body).end());
    state_->tell(tenant, key.name, &key);
    return key;
}

void Engine::remove(Key& key) {
    state_->remove_key(key);
}

void Engine::rename(Key& key, TenantNumber tenant, std::string_view name) {
    const TenantNumber old_tenant = key.tenant;
    const std::string old_name = key.name;
    const std::string body = encode_key_renamed({tenant, name});
    const RecordPlace place = state_->commit(key, RecordKind::key_renamed, {}, body);
    state_->keys.rename(key, tenant, name);
    key.watched = false;
    state_->make_visible(key, place.end());
    state_->removals.include(key.durability, place.end());
    state_->tell(old_tenant, old_name, nullptr);
    state_->tell(tenant, key.name, &key);
}

void Engine::set_expiry(Key& key, std::optional<WallTime> expires_at) {
    state_->keys.set_expiry(key, expires_at);
    const std::string body = encode_key_expiry(expires_at);
    state_->make_visible(key, state_->commit(key, RecordKind::key_expiry, {}, body).end());
}

void Engine::set_durability(Key& key, Durability durability) {
    const char number = static_cast<char>(durability);
    key.durability = std::max(key.durability, durability);
    const RecordPlace place = state_->commit(key, RecordKind::key_durability, {}, {&number, 1});
    // The change itself is as durable as the stricter of the two levels.
    state_->make_visible(key, place.end());
    key.durability = durability;
}

void Engine::flush_tenant(TenantNumber tenant) {
    for (std::size_t slot = 0; slot < state_->keys.slot_count(); ++slot) {
        Key* const key = state_->keys.at_slot(slot);
        if (key != nullptr && key->tenant == tenant) state_->remove_key(*key);
    }
}

std::size_t Engine::key_count(TenantNumber tenant) const {
    return state_->keys.count(tenant);
}

std::size_t Engine::expiring_count(TenantNumber tenant) const {
    return state_->keys.expiring_count(tenant);
}

std::uint64_t Engine::scan(TenantNumber tenant, std::uint64_t cursor, std::size_t count,
                           const std::function<void(Key&)>& visit) {
    state_->dependency.include(state_->removals);
    return state_->keys.scan(tenant, cursor, count, [this, &visit](Key& key) {
        if (key.expires_at && *key.expires_at <= state_->wall) return;
        state_->dependency.include(key.durability, key.position);
        visit(key);
    });
}

Key* Engine::random_key(TenantNumber tenant, std::uint64_t random) {
    Key* const key = state_->keys.random_key(tenant, random);
    if (key == nullptr) return nullptr;
    // The name leads through find(): an expired key goes, a live one counts as read.
    return find(tenant, std::string(key->name));
}

Key* Engine::find_number(KeyNumber number) const {
    return state_->keys.find_number(number);
}

std::size_t Engine::slot_count() const {
    return state_->keys.slot_count();
}

Key* Engine::at_slot(std::size_t slot) const {
    return state_->keys.at_slot(slot);
}

void Engine::set_listener(ChangeListener* listener) {
    state_->listener = listener;
}

// --- changes ---

Result<void> Engine::admit_write(bool grows, std::uint64_t bytes) const {
    const Journal& journal = *state_->journal;
    if (journal.is_poisoned()) {
        return Error{Errc::unavailable, "the journal was stopped by a failed write"};
    }
    if (!state_->is_disk_full) return {};
    const std::uint64_t last_room = state_->last_room();
    // What is large must leave room for small settles behind it.
    const std::uint64_t needed = std::max(last_room, bytes + last_room / 2);
    if (grows || !journal.has_room(needed)) {
        return Error{Errc::full, "the disk is full"};
    }
    return {};
}

void Engine::commit_document(Key& key, std::string_view effect) {
    const auto applied = apply_document_effect(key.value, effect);
    SLUICE_CHECK(applied.has_value(), "an effect that was just built can be applied");
    state_->make_visible(key, state_->commit(key, RecordKind::document_effect, {}, effect).end());
}

void Engine::commit_stream(Key& key, std::string_view effect, Wait wait) {
    const RecordPlace place = state_->commit(key, RecordKind::stream_effect, {}, effect);
    if (wait == Wait::yes) state_->make_visible(key, place.end());
}

EntryRef Engine::append_entry(Key& key, EntryId id, std::uint32_t elements,
                              std::string_view bulk_bytes) {
    char head[entry_head_size];
    write_entry_head(head, {id, elements});
    const RecordPlace place =
        state_->commit(key, RecordKind::entry, {head, sizeof head}, bulk_bytes);
    state_->make_visible(key, place.end());
    state_->journal->segments().add_live(place.position, place.length);
    return {place.position, place.length};
}

void Engine::release_entry(EntryRef ref) {
    // The record that says so comes next: the bytes stay until what begins here is durable.
    const std::uint64_t released_at = state_->journal->end() + 1;
    state_->journal->segments().remove_live(ref.position, ref.length, released_at);
}

Result<EntryView> Engine::read_entry(Key& key, EntryId id, EntryRef ref) {
    auto record = state_->journal->read(ref.position, ref.length);
    const auto head = record ? read_entry_head(record->body) : std::nullopt;
    if (!record || !head || head->id != id || record->tag.key_number != key.number) {
        // A read that failed says nothing about the bytes.
        if (!record && record.error().code != Errc::corrupt) {
            return Error{Errc::io, record.error().message};
        }
        key.degraded = true;
        ++state_->damaged_ranges;
        std::string why =
            record ? "the journal holds another entry in its place" : record.error().message;
        return Error{Errc::corrupt, "entry " + id.text() + " is lost: " + std::move(why)};
    }
    return EntryView{head->elements, record->body.substr(entry_head_size)};
}

// --- input and output ---

std::uint64_t Engine::pending_bytes() const {
    return state_->journal->pending_bytes();
}

std::unique_ptr<Engine::IoJob> Engine::next_io() {
    auto task = state_->next_task();
    if (!task) return nullptr;
    return std::make_unique<Job>(std::move(*task));
}

void Engine::finish_io(std::unique_ptr<IoJob> job) {
    if (!job->is_flush()) state_->is_background_out = false;
    static_cast<Job&>(*job).finish();
}

void Engine::write_pending() {
    state_->journal->write_pending(state_->wall.microseconds);
}
void Engine::on_time() {
    state_->on_time();
}
MonoTime Engine::deadline() const {
    return state_->deadline();
}

// --- people and tests ---

Engine::Statistics Engine::statistics() const {
    const Journal& journal = *state_->journal;
    Statistics statistics;
    statistics.journal_bytes = journal.end();
    statistics.segments = journal.segments().all().size();
    statistics.segment_bytes = journal.segments().file_bytes() + journal.preparer().spare_bytes();
    statistics.live_entry_bytes = journal.segments().live_bytes();
    statistics.flushes = journal.flushes();
    statistics.checkpoints = state_->checkpointer->count();
    statistics.compacted_segments = state_->compactor->count();
    statistics.expired_keys = state_->expired_keys;
    statistics.recovered_records = state_->recovered_records;
    statistics.last_checkpoint_wall_ms =
        static_cast<std::uint64_t>(state_->checkpointer->last_wall_ms());
    statistics.disk_full = state_->is_disk_full;
    if (state_->is_disk_full) statistics.disk_failure = journal.preparer().failure();
    statistics.poisoned = journal.is_poisoned();
    statistics.checkpoint_running = state_->checkpointer->is_running();
    statistics.checkpoint_owed = state_->owes_checkpoint();
    statistics.checkpoint_failures = state_->checkpointer->failures();
    statistics.damaged_ranges = state_->damaged_ranges;
    return statistics;
}

const std::string& Engine::checkpoint_failure() const {
    return state_->checkpointer->failure();
}
const std::vector<std::string>& Engine::recovery_notes() const {
    return state_->notes;
}
void Engine::request_checkpoint() {
    state_->is_checkpoint_wanted = true;
}
void Engine::request_compaction() {
    state_->is_compaction_wanted = true;
}
void Engine::request_sync() {
    state_->is_sync_due = true;
}
std::uint64_t Engine::degraded_keys() const {
    return state_->damaged_ranges;
}
const EngineOptions& Engine::options() const {
    return state_->options;
}

}  // namespace sluice

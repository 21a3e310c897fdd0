#include "engine/checkpointer.hpp"

#include <algorithm>
#include <utility>

namespace sluice {

void Checkpointer::begin(WallTime wall, KeyNumber next_key_number) {
    SLUICE_CHECK(!is_running(), "one checkpoint at a time");
    header_ = {.store = journal_.store(),
               .position = journal_.open_begin(),
               .sequence = journal_.next_sequence(),
               .next_key_number = next_key_number,
               .wall_us = wall.microseconds};
    is_beginning_ = true;
    next_slot_ = 0;
    coded_slot_ = 0;
    is_coding_ = true;
    keys_written_ = 0;
    snapshot_ = header_.position;
    is_complete_ = false;
    // One stream may be all of it, and growing in the middle of it costs more than copying.
    const std::size_t expected = last_size_ + slice_bytes;
    if (pending_.capacity() < expected) pending_.reserve(expected + expected / 2);
    pending_.assign(encode_checkpoint_header(header_));
    pending_written_ = 0;
    offset_ = pending_.size();
}

bool Checkpointer::code_ahead() {
    if (!is_coding()) return false;
    // Small keys are passed by in passing; one step is enough for many of them.
    for (std::size_t passed = 0; coded_slot_ < keys_.slot_count() && passed < entries_per_step;) {
        Key* const key = keys_.at_slot(coded_slot_);
        Stream* const stream = key != nullptr ? key->stream() : nullptr;
        if (stream != nullptr && stream->code_ahead(entries_per_step)) return true;
        passed += stream != nullptr ? 1 + std::min<std::size_t>(stream->size(), 128) : 1;
        ++coded_slot_;
    }
    is_coding_ = coded_slot_ < keys_.slot_count();
    return is_coding_;
}

bool Checkpointer::wants_sync() const {
    return is_running() && is_complete_ && journal_.synced() < snapshot_;
}

std::optional<IoTask> Checkpointer::next_task() {
    if (is_beginning_) return create_task();
    if (file_) {
        if (pending_written_ == pending_.size() && !is_complete_) fill();
        if (pending_written_ < pending_.size()) return write_task();
        if (is_complete_ && journal_.synced() >= snapshot_) return publish_task();
        return std::nullopt;
    }
    if (kept_.size() > kept_max) return prune_task();
    return std::nullopt;
}

void Checkpointer::end_section(std::size_t begin, SectionKind kind) {
    seal_section(pending_, begin, kind, header_.store, offset_);
    offset_ += pending_.size() - begin;
}

void Checkpointer::fill() {
    pending_.clear();
    pending_written_ = 0;
    // Keys that came meanwhile are behind the others, and small.
    const std::size_t until = is_coding_ ? coded_slot_ : keys_.slot_count();
    for (; next_slot_ < until && pending_.size() < slice_bytes; ++next_slot_) {
        const Key* const key = keys_.at_slot(next_slot_);
        if (key == nullptr) continue;
        snapshot_ = journal_.end();
        const std::size_t begin = begin_section(pending_);
        append_key_section(pending_, *key, snapshot_);
        end_section(begin, SectionKind::key);
        ++keys_written_;
    }
    if (next_slot_ < keys_.slot_count()) return;
    // The end section's own size is known: two numbers behind its header.
    const std::uint64_t file_size = offset_ + section_header_size + 2 * sizeof(std::uint64_t);
    const std::size_t begin = begin_section(pending_);
    append_end_section(pending_, keys_written_, file_size);
    end_section(begin, SectionKind::end);
    SLUICE_CHECK(offset_ == file_size, "the end section says how long the file is");
    is_complete_ = true;
}

IoTask Checkpointer::create_task() {
    auto created = std::make_shared<std::unique_ptr<File>>();
    return {[&files = files_, name = temporary(), created]() -> Result<void> {
                (void)files.remove(name);
                SLUICE_TRY_ASSIGN(*created, files.create(name));
                return {};
            },
            [this, created](Result<void> result) {
                is_beginning_ = false;
                if (!result) return fail(result.error());
                file_ = std::move(*created);
            }};
}

IoTask Checkpointer::write_task() {
    const std::size_t size = std::min(write_bytes, pending_.size() - pending_written_);
    // The bytes stay where they are until done(): nothing fills pending_ before.
    const std::string_view bytes(pending_.data() + pending_written_, size);
    const std::uint64_t at = offset_ - pending_.size() + pending_written_;
    return {[file = file_, at, bytes]() -> Result<void> {
                SLUICE_TRY(file->write_at(at, bytes));
                file->begin_writeback(at, bytes.size());
                return {};
            },
            [this, size](Result<void> result) {
                if (!result) return fail(result.error());
                pending_written_ += size;
            }};
}

IoTask Checkpointer::publish_task() {
    return {[&files = files_, file = file_, from = temporary(),
             to = checkpoint_file_name(header_.position)]() -> Result<void> {
                SLUICE_TRY(file->sync());
                file->drop_cache();
                SLUICE_TRY(files.rename(from, to));
                return files.sync_directory();
            },
            [this](Result<void> result) {
                if (!result) return fail(result.error());
                file_.reset();
                release_pending();
                // A checkpoint at the same place replaces the one before it.
                if (kept_.empty() || kept_.back() != header_.position) {
                    kept_.push_back(header_.position);
                }
                last_size_ = offset_;
                last_wall_ms_ = WallTime{header_.wall_us}.ms();
                ++count_;
                failure_.clear();
            }};
}

IoTask Checkpointer::prune_task() {
    return {[&files = files_, name = checkpoint_file_name(kept_.front())]() -> Result<void> {
                SLUICE_TRY(files.remove(name));
                return files.sync_directory();
            },
            [this](Result<void>) { kept_.erase(kept_.begin()); }};
}

// Memory that was touched once is quick to fill again; a lot of it is given back all the same.
void Checkpointer::release_pending() {
    pending_.clear();
    if (pending_.capacity() > pending_kept_bytes) pending_ = {};
    pending_written_ = 0;
}

void Checkpointer::fail(const Error& error) {
    file_.reset();
    (void)files_.remove(temporary());
    release_pending();
    ++failures_;
    failure_ = error.message;
}

}  // namespace sluice

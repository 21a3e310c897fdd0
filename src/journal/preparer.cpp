#include "journal/preparer.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <string_view>
#include <utility>

#include "journal/bytes.hpp"

namespace sluice {

namespace {

constexpr std::size_t spares_max = 2;
constexpr std::string_view spare_prefix = "spare-";
// A flush waits behind at most one write of this size: about half a millisecond.
constexpr std::uint64_t zero_write_bytes = 1ULL << 20;
alignas(File::block_size) constexpr std::array<char, zero_write_bytes> zeroes{};

}  // namespace

// Where the making of one file stands; owned by the task that runs and by the preparer.
struct SegmentPreparer::Progress {
    enum class Step : std::uint8_t { create, zero, publish, ready };

    SegmentHeader header;
    std::string temporary;
    std::string name;
    std::string recycled;  // the spare to begin with; empty when there is none
    Step step = Step::create;
    Fill fill = Fill::zero;
    bool is_allocated = false;
    std::uint64_t zeroed = 0;
    std::shared_ptr<File> file;
};

std::shared_ptr<SegmentPreparer::Progress> SegmentPreparer::begin(const Segment& segment) {
    auto progress = std::make_shared<Progress>();
    progress->header = {.store = store_,
                        .base = segment.base,
                        .size = segment.size,
                        .number = segment.number,
                        .previous_end = segment.previous_end};
    progress->name = segment_file_name(segment.base);
    progress->temporary = progress->name + ".tmp";
    const auto spare = std::ranges::find(spares_, segment.size, &Spare::size);
    if (spare != spares_.end()) {
        progress->recycled = std::move(spare->name);
        spares_.erase(spare);
    }
    return progress;
}

bool SegmentPreparer::is_preparing(const Segment& segment) const {
    return std::ranges::find(queue_, &segment) != queue_.end();
}

void SegmentPreparer::prepare(Segment& segment) {
    queue_.push_back(&segment);
}

Result<void> SegmentPreparer::fill(Progress& progress, std::uint64_t zero_bytes) {
    // First of all, so that the writes that follow do not change the file's size.
    if (progress.zeroed == 0) {
        const auto allocated = progress.file->allocate(progress.header.size);
        progress.is_allocated = allocated.has_value();
        if (!allocated && allocated.error().code != Errc::unsupported) return allocated;
    }
    if (progress.is_allocated && progress.fill == Fill::allocate) {
        progress.zeroed = progress.header.size;
    }
    // In whole blocks, however much the journal grew: past the page cache goes nothing else.
    const std::uint64_t step = round_up(zero_bytes, File::block_size);
    const std::uint64_t until = std::min(progress.zeroed + step, progress.header.size);
    while (progress.zeroed < until) {
        const auto size = std::min<std::uint64_t>(zero_write_bytes, until - progress.zeroed);
        SLUICE_TRY(progress.file->write_uncached_at(progress.zeroed,
                                                    std::string_view(zeroes.data(), size)));
        progress.zeroed += size;
    }
    if (progress.zeroed == progress.header.size) progress.step = Progress::Step::publish;
    return {};
}

Result<void> SegmentPreparer::advance(FileSystem& files, Progress& progress,
                                      std::uint64_t zero_bytes) {
    using Step = Progress::Step;
    if (progress.step == Step::create) {
        if (!progress.recycled.empty()) {
            SLUICE_TRY(files.rename(progress.recycled, progress.temporary));
            SLUICE_TRY_ASSIGN(progress.file,
                              files.open(progress.temporary, FileSystem::Access::write));
            // Space that it gave back when the disk was full; nothing to do for most.
            const auto allocated = progress.file->allocate(progress.header.size);
            if (!allocated && allocated.error().code != Errc::unsupported) return allocated;
            progress.step = Step::publish;
        } else {
            SLUICE_TRY_ASSIGN(progress.file, files.create(progress.temporary));
            progress.step = Step::zero;
        }
        return {};
    }
    if (progress.step == Step::zero) return fill(progress, zero_bytes);
    SLUICE_TRY(progress.file->write_at(0, encode_segment_header(progress.header)));
    SLUICE_TRY(progress.file->sync());
    SLUICE_TRY(files.rename(progress.temporary, progress.name));
    SLUICE_TRY(files.sync_directory());
    progress.file->drop_cache();
    progress.step = Step::ready;
    return {};
}

IoTask SegmentPreparer::next_task(std::uint64_t zero_bytes, Fill fill) {
    SLUICE_CHECK(has_work(), "a task is asked for when there is one");
    if (!progress_) progress_ = begin(*queue_.front());
    auto progress = progress_;
    progress->fill = fill;
    return {
        [&files = files_, progress, zero_bytes] { return advance(files, *progress, zero_bytes); },
        [this, progress](Result<void> result) {
            if (!result) {
                // Begun again from nothing: the temporary file is of no use half made.
                if (progress->file) progress->file.reset();
                (void)files_.remove(progress->temporary);
                failure_ = result.error().within("make " + progress->name).message;
                progress_.reset();
                is_waiting_ = true;
                return;
            }
            if (progress->step != Progress::Step::ready) return;
            queue_.front()->file = progress->file;
            queue_.pop_front();
            progress_.reset();
        }};
}

Result<void> SegmentPreparer::prepare_now(Segment& segment) {
    const auto progress = begin(segment);
    while (progress->step != Progress::Step::ready) {
        const auto advanced = advance(files_, *progress, segment.size);
        if (!advanced) {
            progress->file.reset();
            (void)files_.remove(progress->temporary);
            return advanced.error().within("make the segment " + progress->name);
        }
    }
    segment.file = progress->file;
    return {};
}

IoTask SegmentPreparer::retire(const Segment& segment) {
    const std::string name = segment_file_name(segment.base);
    const bool recycle = spares_.size() < spares_max;
    const std::string spare =
        recycle ? std::string(spare_prefix) + std::to_string(spare_number_++) + ".log" : "";
    return {[&files = files_, name, spare]() -> Result<void> {
                SLUICE_TRY(spare.empty() ? files.remove(name) : files.rename(name, spare));
                return files.sync_directory();
            },
            [this, spare, size = segment.size](Result<void> result) {
                if (result && !spare.empty()) spares_.push_back({spare, size});
            }};
}

void SegmentPreparer::add_spare(std::string name, std::uint64_t size) {
    // New spares must not take the name of one that is there.
    std::uint64_t number = 0;
    const std::string_view digits = std::string_view(name).substr(spare_prefix.size());
    (void)std::from_chars(digits.data(), digits.data() + digits.size(), number);
    spare_number_ = std::max(spare_number_, number + 1);
    spares_.push_back({std::move(name), size});
}

void SegmentPreparer::drop_spares() {
    for (const Spare& spare : std::exchange(spares_, {}))
        (void)files_.remove(spare.name);
}

std::uint64_t SegmentPreparer::spare_bytes() const {
    std::uint64_t sum = 0;
    for (const Spare& spare : spares_)
        sum += spare.size;
    return sum;
}

}  // namespace sluice

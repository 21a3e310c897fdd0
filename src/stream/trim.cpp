#include "stream/trim.hpp"

namespace sluice {

namespace {

// Walks the nodes from the front, as streamTrim() of Redis does.
class TrimWalk {
  public:
    TrimWalk(const Stream& stream, const TrimOptions& options)
        : stream_(stream), options_(options), length_(stream.size()) {}

    TrimPlan run() {
        const EntryIndex& index = stream_.index();
        for (std::size_t node = 0; node < index.node_count(); ++node) {
            if (!visit(node)) break;
        }
        return std::move(plan_);
    }

  private:
    bool keeps_references() const { return options_.references == References::keep; }

    // A whole node may go when what is left behind it is still enough.
    bool is_eligible(std::size_t node) const {
        if (options_.by == TrimOptions::By::id) {
            return stream_.index().node_last_id(node) < options_.id_min;
        }
        return length_ - stream_.index().node_size(node) >= options_.length_max;
    }

    bool may_stay(EntryId id) const {
        if (options_.by == TrimOptions::By::id) return id >= options_.id_min;
        return length_ <= options_.length_max;
    }

    // False when the walk is over.
    bool visit(std::size_t node) {
        const std::uint32_t size = stream_.index().node_size(node);
        if (options_.by == TrimOptions::By::length && length_ <= options_.length_max) return false;
        if (options_.limit > 0 && plan_.count + size > options_.limit) return false;
        const bool eligible = is_eligible(node);
        if (eligible && keeps_references()) {
            const EntryIndex::Cursor last{node, size - 1};
            plan_.through = stream_.index().at(last).id;
            plan_.count += size;
            length_ -= size;
            return true;
        }
        if (options_.approximate && keeps_references()) return false;
        visit_entries(node);
        return eligible;
    }

    void visit_entries(std::size_t node) {
        const EntryIndex& index = stream_.index();
        for (std::uint32_t slot = 0; slot < index.node_size(node); ++slot) {
            const EntryId id = index.at({node, slot}).id;
            if (may_stay(id)) return;
            if (options_.references == References::respect && stream_.is_referenced(id)) continue;
            if (keeps_references()) {
                plan_.through = id;
            } else {
                plan_.ids.push_back(id);
            }
            ++plan_.count;
            --length_;
        }
    }

    const Stream& stream_;
    const TrimOptions& options_;
    std::uint64_t length_;
    TrimPlan plan_;
};

}  // namespace

TrimPlan plan_trim(const Stream& stream, const TrimOptions& options) {
    if (options.by == TrimOptions::By::nothing) return {};
    return TrimWalk(stream, options).run();
}

}  // namespace sluice

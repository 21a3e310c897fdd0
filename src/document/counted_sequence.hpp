// A long sequence of slot numbers with insertion, erasure and lookup by position in O(log n).
//
// Theory     A B+ tree without keys: leaves hold the items, every inner child knows how many items
//            are below it and which is the first. Who keeps the sequence sorted finds a place with
//            partition_point() and the rest is positions.
// Invariant  all leaves are equally deep; no child is empty; two neighbours are merged when they
//            fit into three quarters of a node
// Errors     none; positions out of range are programmer errors
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <vector>

namespace sluice {

class CountedSequence {
  public:
    using Item = std::uint32_t;

    std::size_t size() const { return root_.count; }
    void insert(std::size_t position, Item item);
    void erase(std::size_t position);
    Item operator[](std::size_t position) const { return run_from(position).front(); }

    // Neighbours that lie together: the items from `position` to the end of its leaf, and those
    // before `end` back to the begin of their leaf. Never empty; position < size(), 0 < end.
    std::span<const Item> run_from(std::size_t position) const;
    std::span<const Item> run_before(std::size_t end) const;

    // The first position whose item is not before(item); the items that are stand in front.
    template <class Before>
    std::size_t partition_point(Before before) const {
        std::size_t position = 0;
        const Node* node = root_.node.get();
        if (node == nullptr) return 0;
        while (!node->is_leaf()) {
            // The answer is in the last child that begins with an item before it.
            const auto behind =
                std::partition_point(node->children.begin() + 1, node->children.end(),
                                     [&](const Child& child) { return before(child.first); });
            for (auto child = node->children.begin(); child != behind - 1; ++child) {
                position += child->count;
            }
            node = (behind - 1)->node.get();
        }
        const auto found = std::partition_point(node->items.begin(), node->items.end(), before);
        return position + static_cast<std::size_t>(found - node->items.begin());
    }

    std::size_t memory_bytes() const { return leaves_ * leaf_bytes; }

  private:
    struct Node;
    struct Child {
        std::unique_ptr<Node> node;
        std::size_t count = 0;  // items below
        Item first = 0;         // the first of them

        void refresh();
    };
    struct Node {
        std::vector<Item> items;      // of a leaf
        std::vector<Child> children;  // of an inner node, at least one
        bool is_leaf() const { return children.empty(); }
    };
    struct Place {
        const Node* leaf;
        std::size_t index;
    };

    static constexpr std::size_t leaf_max = 64;
    static constexpr std::size_t inner_max = 32;
    static constexpr std::size_t leaf_bytes = sizeof(Node) + leaf_max * sizeof(Item);

    Place place_of(std::size_t position) const;
    std::optional<Child> insert_below(Child& child, std::size_t position, Item item);
    std::optional<Child> insert_in_leaf(Child& child, std::size_t position, Item item);
    void erase_below(Child& child, std::size_t position);
    bool merge_with_next(std::vector<Child>& children, std::size_t index);

    Child root_;
    std::size_t leaves_ = 0;
};

}  // namespace sluice

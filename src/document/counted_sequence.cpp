#include "document/counted_sequence.hpp"

#include <iterator>
#include <utility>

#include "event/result.hpp"

namespace sluice {

namespace {

using Difference = std::ptrdiff_t;

// Moves the elements from `index` on to the end of `to`.
template <class Element>
void move_tail(std::vector<Element>& from, std::size_t index, std::vector<Element>& to) {
    const auto begin = from.begin() + static_cast<Difference>(index);
    to.insert(to.end(), std::make_move_iterator(begin), std::make_move_iterator(from.end()));
    from.erase(begin, from.end());
}

}  // namespace

void CountedSequence::Child::refresh() {
    if (node->is_leaf()) {
        count = node->items.size();
        first = node->items.empty() ? 0 : node->items.front();
        return;
    }
    count = 0;
    for (const Child& child : node->children) {
        count += child.count;
    }
    first = node->children.front().first;
}

CountedSequence::Place CountedSequence::place_of(std::size_t position) const {
    SLUICE_CHECK(position < size(), "position inside the sequence");
    const Node* node = root_.node.get();
    while (!node->is_leaf()) {
        auto child = node->children.begin();
        for (; position >= child->count; ++child) {
            position -= child->count;
        }
        node = child->node.get();
    }
    return {node, position};
}

std::span<const CountedSequence::Item> CountedSequence::run_from(std::size_t position) const {
    const Place place = place_of(position);
    return std::span(place.leaf->items).subspan(place.index);
}

std::span<const CountedSequence::Item> CountedSequence::run_before(std::size_t end) const {
    const Place place = place_of(end - 1);
    return std::span(place.leaf->items).first(place.index + 1);
}

void CountedSequence::insert(std::size_t position, Item item) {
    SLUICE_CHECK(position <= size(), "position inside the sequence");
    if (root_.node == nullptr) {
        root_.node = std::make_unique<Node>();
        leaves_ = 1;
    }
    auto right = insert_below(root_, position, item);
    if (!right) return;
    auto node = std::make_unique<Node>();
    node->children.push_back(std::move(root_));
    node->children.push_back(std::move(*right));
    root_ = Child{std::move(node), 0, 0};
    root_.refresh();
}

// Answers the new right neighbour when the child had to be split.
std::optional<CountedSequence::Child> CountedSequence::insert_below(Child& child,
                                                                    std::size_t position,
                                                                    Item item) {
    Node& node = *child.node;
    if (node.is_leaf()) return insert_in_leaf(child, position, item);

    std::size_t index = 0;
    // At the border of two children the left one takes the item.
    for (; position > node.children[index].count; ++index) {
        position -= node.children[index].count;
    }
    auto grown = insert_below(node.children[index], position, item);
    std::optional<Child> right;
    if (grown) {
        const auto behind = node.children.begin() + static_cast<Difference>(index) + 1;
        node.children.insert(behind, std::move(*grown));
        if (node.children.size() > inner_max) {
            right = Child{std::make_unique<Node>(), 0, 0};
            move_tail(node.children, node.children.size() / 2, right->node->children);
            right->refresh();
        }
    }
    child.refresh();
    return right;
}

std::optional<CountedSequence::Child> CountedSequence::insert_in_leaf(Child& child,
                                                                      std::size_t position,
                                                                      Item item) {
    std::vector<Item>& items = child.node->items;
    if (items.size() < leaf_max) {
        items.insert(items.begin() + static_cast<Difference>(position), item);
        child.refresh();
        return std::nullopt;
    }
    // Appending leaves full leaves behind; anywhere else the leaf is cut in the middle.
    Child right{std::make_unique<Node>(), 0, 0};
    ++leaves_;
    const std::size_t cut = position == items.size() ? items.size() : items.size() / 2;
    std::vector<Item>& right_items = right.node->items;
    move_tail(items, cut, right_items);
    if (position < cut) {
        items.insert(items.begin() + static_cast<Difference>(position), item);
    } else {
        right_items.insert(right_items.begin() + static_cast<Difference>(position - cut), item);
    }
    child.refresh();
    right.refresh();
    return right;
}

void CountedSequence::erase(std::size_t position) {
    SLUICE_CHECK(position < size(), "position inside the sequence");
    erase_below(root_, position);
    while (!root_.node->is_leaf() && root_.node->children.size() == 1) {
        Child only = std::move(root_.node->children.front());
        root_ = std::move(only);
    }
    if (root_.count == 0) {
        root_ = Child{};
    }
}

void CountedSequence::erase_below(Child& child, std::size_t position) {
    Node& node = *child.node;
    if (node.is_leaf()) {
        node.items.erase(node.items.begin() + static_cast<Difference>(position));
        if (node.items.empty()) --leaves_;
        child.refresh();
        return;
    }
    std::size_t index = 0;
    for (; position >= node.children[index].count; ++index) {
        position -= node.children[index].count;
    }
    erase_below(node.children[index], position);
    if (node.children[index].count == 0) {
        node.children.erase(node.children.begin() + static_cast<Difference>(index));
    } else if (!merge_with_next(node.children, index) && index > 0) {
        merge_with_next(node.children, index - 1);
    }
    child.refresh();
}

// Joins children `index` and `index` + 1 when they fit into three quarters of a node.
bool CountedSequence::merge_with_next(std::vector<Child>& children, std::size_t index) {
    if (index + 1 >= children.size()) return false;
    Node& left = *children[index].node;
    Node& right = *children[index + 1].node;
    const bool leaves = left.is_leaf();
    const std::size_t together = leaves ? left.items.size() + right.items.size()
                                        : left.children.size() + right.children.size();
    if (together > (leaves ? leaf_max : inner_max) * 3 / 4) return false;
    if (leaves) {
        move_tail(right.items, 0, left.items);
        --leaves_;
    } else {
        move_tail(right.children, 0, left.children);
    }
    children[index].refresh();
    children.erase(children.begin() + static_cast<Difference>(index) + 1);
    return true;
}

}  // namespace sluice

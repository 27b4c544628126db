// Whose turn it is, of what stands until it is mended and is looked at a few at a time.
#pragma once

namespace chancery::daemon {

// The entry behind `last`, the first after the end; `last` becomes its key. The end: there is none.
template <typename Map>
typename Map::const_iterator next_in_turn(const Map& map, typename Map::key_type& last) {
  auto next = map.upper_bound(last);
  if (next == map.end()) next = map.begin();
  if (next != map.end()) last = next->first;
  return next;
}

}  // namespace chancery::daemon

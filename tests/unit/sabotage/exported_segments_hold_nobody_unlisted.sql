insert into work.exports.segments by name select user_id, person_id, segment, segment_en, segment_zh, rfm_code,
frequency, monetary, lifetime_purchases, lifetime_monetary, false as is_held_out from marts.customers where user_id = 'peace'

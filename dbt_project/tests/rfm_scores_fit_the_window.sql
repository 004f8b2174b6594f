-- scores are 1 to 5 with a purchase in the window and 0 without one; a single purchase is F1, two are not
select user_id, frequency, r_score, f_score, m_score, segment
from {{ ref("customer_rfm") }}
where
    lifetime_purchases < frequency
    or lifetime_purchases < 1
    or (frequency = 0) <> (segment = 'dormant')
    or (frequency = 0 and r_score + f_score + m_score <> 0)
    or (frequency > 0 and not (r_score between 1 and 5 and m_score between 1 and 5))
    or (frequency = 1 and f_score <> 1)
    or (frequency > 1 and f_score not between 2 and 5)

-- every role has rules, and a product has its role exactly when one of its flags says so
select
    labels.role,
    count(rules.metric) as number
from {{ ref("product_role_labels") }} as labels
left join {{ ref("product_role_rules") }} as rules on labels.role = rules.role
group by labels.role
having count(rules.metric) = 0

union all

select role, count(*) as number
from {{ ref("product_roles") }}
where (is_traffic_driver or is_hit or is_repeat_driver or is_high_price or is_one_time) <> (role is not null)
group by role

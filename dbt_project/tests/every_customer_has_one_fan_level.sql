-- every customer stands on exactly one level of the fan ladder
select
    customers.user_id,
    count(tags.tag) as fan_levels
from {{ ref("customers") }} as customers
left join (select * from {{ ref("customer_tags") }} where category = 'fan_level') as tags
    on customers.user_id = tags.user_id
group by customers.user_id
having count(tags.tag) <> 1

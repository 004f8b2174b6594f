-- one row per playbook and value tier: the response to expect of a chat, and what would come without one. What was
-- measured is shrunk to the prior: a tier's to that of its playbook, the playbook's to the policy's. Channels that
-- reach a share of a chat's response show that share of it, and as much less sharply
with measured as (

    select
        playbook,
        value_tier,
        {{ as_double("difference") }} as difference,
        {{ as_double("baseline") }} as baseline,
        {{ as_double("ghosts") }} as ghosts,
        {{ as_double("response_percent") }} / 100 as share,
        -- a difference of two means is as sharp as one of this many pairs
        {{ as_double("contacted") }} * {{ as_double("ghosts") }}
        / ({{ as_double("contacted") }} + {{ as_double("ghosts") }}) as pairs
    from {{ ref("int_measured_response") }}
    where contacted > 0 and ghosts > 0

),

shrunk as (

    select
        playbooks.playbook,
        {{ as_double("playbooks.prior_contacts") }} as weight,
        (
            {{ as_double("playbooks.prior_response") }} * playbooks.prior_contacts
            + coalesce(measured.difference * measured.share * measured.pairs, 0)
        )
        / (playbooks.prior_contacts + coalesce(measured.share * measured.share * measured.pairs, 0)) as response,
        (
            {{ as_double("playbooks.prior_baseline") }} * playbooks.prior_contacts
            + coalesce(measured.baseline * measured.ghosts, 0)
        )
        / (playbooks.prior_contacts + coalesce(measured.ghosts, 0)) as baseline,
        measured.playbook is not null as is_measured
    from {{ ref("playbooks") }} as playbooks
    left join measured on playbooks.playbook = measured.playbook and measured.value_tier = 'all'

),

final as (

    select
        shrunk.playbook,
        tiers.value_tier,
        (shrunk.response * shrunk.weight + coalesce(measured.difference * measured.share * measured.pairs, 0))
        / (shrunk.weight + coalesce(measured.share * measured.share * measured.pairs, 0)) as response,
        (shrunk.baseline * shrunk.weight + coalesce(measured.baseline * measured.ghosts, 0))
        / (shrunk.weight + coalesce(measured.ghosts, 0)) as baseline,
        case when shrunk.is_measured then 'measured' else 'prior' end as score_source
    from shrunk
    inner join {{ ref("holdout_shares") }} as tiers on shrunk.playbook = tiers.playbook
    left join measured on shrunk.playbook = measured.playbook and tiers.value_tier = measured.value_tier

)

select * from final
